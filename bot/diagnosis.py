"""How a check of the doctor says that something is wrong."""


class Wrong(Exception):
    """`what` is wrong, and the `remedy`; empty: the check's usual one."""

    def __init__(self, what: str, remedy: str = "") -> None:
        super().__init__(what)
        self.what, self.remedy = what, remedy
