"""All scenarios, by name."""

from tests.replication import others, publications, slots, slots_kept, slots_read, standbys
from tests.replication.scene import SCENARIOS, Scenario, Scene

__all__ = ["SCENARIOS", "Scenario", "Scene", "others", "publications", "slots", "slots_kept", "slots_read", "standbys"]
