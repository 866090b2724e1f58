"""What a machine does when it first starts, whatever hands it the words: cloud-init, user data, startup scripts."""
