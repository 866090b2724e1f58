"""`imd review`: judge a change or read what was judged, and say it where the change is discussed."""
