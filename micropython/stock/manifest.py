# MicroPython's own asyncio, for the builds that compare with it.
include("$(MPY_DIR)/extmod/asyncio")
