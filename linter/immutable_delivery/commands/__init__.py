"""What each command does, without its options: pin, fix, baseline, facts, merge, policy, migrate."""
