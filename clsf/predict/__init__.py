"""What a trained model can do: predict, be measured on the test set, and be looked into. No framework here, no page."""
