"""The Train page's own parts: its settings in groups, the loop written out, the study of variants, looking inside, one batch at a time."""
