"""Open Neural Network Exchange: graphs of operators, as nearly every framework writes them."""
