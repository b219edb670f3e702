"""The Train page's own parts: its settings in groups, the code that runs, the study of variants, looking inside, one batch at a time."""
