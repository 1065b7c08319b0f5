"""What the agents are made to do: one file a theme, one plain function a scenario."""
