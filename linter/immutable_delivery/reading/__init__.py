"""From files to facts: units that are read by themselves, by several processes, remembered between runs."""
