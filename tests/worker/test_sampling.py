"""Parameters keep their meaning on the way to the model library."""

from quarterdeck_contract.v1alpha1.model import ModelParameters
from quarterdeck_worker.sampling import defaults, requested


def test_defaults_carry_the_timeout_and_leave_retries_to_others() -> None:
    settings = defaults(ModelParameters(temperature=0.5, stop=["x"], timeout_seconds=7), None)

    assert settings == {
        "temperature": 0.5,
        "stop_sequences": ["x"],
        "timeout": 7.0,
        "max_retries": 0,
    }


def test_output_tokens_are_capped_by_the_run() -> None:
    assert requested({"max_tokens": 900}, 100) == {"max_tokens": 100}
    assert requested({"max_tokens": 90}, 100) == {"max_tokens": 90}
    assert requested({}, 100) == {}
