"""Every session_state key of the Experiments page; those of widgets are in the link under the same name."""

REFUSAL = "experiment_refusal"

KIND = "kind"
DATA, MODEL, FRAMEWORKS = "exp_data", "exp_model", "exp_frameworks"
EPOCHS, BATCH, OPTIMIZER, LIMIT, SEED, SIZE = "exp_epochs", "exp_batch", "exp_optimizer", "exp_images", "exp_seed", "exp_size"
IN_TURN = "exp_in_turn"
L1, L2, DROPOUT, PATIENCE = "exp_l1", "exp_l2", "exp_dropout", "exp_patience"
RATES, BATCHES, SEEDS = "exp_rates", "exp_batches", "exp_seeds"
FACTORS = "exp_grid"
GRID = "grid_"  # before the name of a setting: its values

NAME = "exp_name"
