"""What commands do: packages installed, bytes fetched, running things changed."""
