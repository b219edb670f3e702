"""Every session_state key of the page Your code."""

TEXT, TEXT_TWO = "your_code_text", "your_code_text_two"
UPLOAD, UPLOAD_TWO = "your_code_upload", "your_code_upload_two"
TWO = "your_code_two"
DATA, EPOCHS, LIMIT = "your_code_data", "your_code_epochs", "your_code_limit"
REFUSAL = "your_code_refusal"
