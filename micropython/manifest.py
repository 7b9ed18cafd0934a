# What is frozen into an interpreter that has cosy: of MicroPython's own asyncio only the streams, unchanged. All else
# of the package is the C module, whose __path__ leads here.
package("asyncio", ("stream.py",), base_path="$(MPY_DIR)/extmod", opt=3)
