"""Templates and their versions, the renderer, issued files, verification."""
