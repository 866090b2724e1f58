"""One run, typed from end to end: settings, read, judge, gate."""
