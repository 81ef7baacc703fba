from quantnn.demo_files import demo_files


def test_files_are_there_while_the_context_is_open():
    with demo_files() as demo:
        assert [path.name for path in (demo.model, demo.inputs, demo.labels)] == [
            "model.npz",
            "test_x.npy",
            "test_y.npy",
        ]
        assert all(path.is_file() for path in (demo.model, demo.inputs, demo.labels))
