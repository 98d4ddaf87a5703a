"""Import the modules of the package on demand, each by a statement that freezing tools can find."""

from types import ModuleType

__all__ = ["load"]


TYPE_CHECKING = False
# type checkers allow a name in a function one module only
if TYPE_CHECKING:

    def load(name: str) -> ModuleType: ...

else:

    def load(name: str) -> ModuleType:  # noqa: C901, PLR0912, PLR0915, a branch a module
        """Import a module of the package by its name."""
        # ruff: disable[PLC0415]
        match name:
            case "agent":
                import pydidcomm.agent as module
            case "algorithms":
                import pydidcomm.algorithms as module
            case "attachments":
                import pydidcomm.attachments as module
            case "batches":
                import pydidcomm.batches as module
            case "cli":
                import pydidcomm.cli as module
            case "compat":
                import pydidcomm.compat as module
            case "config":
                import pydidcomm.config as module
            case "diagnosis":
                import pydidcomm.diagnosis as module
            case "dids":
                import pydidcomm.dids as module
            case "errors":
                import pydidcomm.errors as module
            case "external_keys":
                import pydidcomm.external_keys as module
            case "functions":
                import pydidcomm.functions as module
            case "inspection":
                import pydidcomm.inspection as module
            case "invitations":
                import pydidcomm.invitations as module
            case "key_did":
                import pydidcomm.key_did as module
            case "mediator":
                import pydidcomm.mediator as module
            case "message_warning":
                import pydidcomm.message_warning as module
            case "messaging":
                import pydidcomm.messaging as module
            case "out_of_band":
                import pydidcomm.out_of_band as module
            case "outcome":
                import pydidcomm.outcome as module
            case "peer_did":
                import pydidcomm.peer_did as module
            case "protocols":
                import pydidcomm.protocols as module
            case "qr":
                import pydidcomm.qr as module
            case "replay":
                import pydidcomm.replay as module
            case "resolvers":
                import pydidcomm.resolvers as module
            case "rotation":
                import pydidcomm.rotation as module
            case "routing":
                import pydidcomm.routing as module
            case "secrets":
                import pydidcomm.secrets as module
            case "stores":
                import pydidcomm.stores as module
            case "sync":
                import pydidcomm.sync as module
            case "testing":
                import pydidcomm.testing as module
            case "transports":
                import pydidcomm.transports as module
            case "v1":
                import pydidcomm.v1 as module
            case _:
                raise ModuleNotFoundError(name=f"pydidcomm.{name}")
        # ruff: enable[PLC0415]
        return module
