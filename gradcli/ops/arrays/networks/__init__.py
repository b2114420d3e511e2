"""Operations of neural networks: windows that slide, normalisation, losses, likeness."""
