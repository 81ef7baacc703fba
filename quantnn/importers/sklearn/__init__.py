"""scikit-learn: fitted estimators, from memory and from skops files. Nothing here imports scikit-learn."""
