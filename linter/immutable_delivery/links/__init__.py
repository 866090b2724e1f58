"""Links: what one fact cannot know alone. They work on facts, never on text."""
