"""Reading Keras and PyTorch programs from their source, without ever running them."""
