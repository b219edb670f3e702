"""The Train page's own parts: grouped settings, the code of the loop, the study of variants, looking inside, single batches."""
