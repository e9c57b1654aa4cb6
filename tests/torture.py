"""Cells of everything that a cell can show, print or raise, by name, in order."""

# Where a real kernel itself is not always the same: what is written below Python's own streams
# comes by a thread of the kernel, stdout and stderr come in any order.
IN_ANY_ORDER = {"descriptor", "descriptor_2", "shell", "bash", "fork", "process", "both_streams"}

CELLS = {
    "prints": """
import os, subprocess, sys, threading, time
print("out")
print("no end", end="")
sys.stdout.flush()
print(" after flush")
print("50%\\r100%")
sys.stdout.write("a count of characters is the result\\n")""",
    "both_streams": 'print("out"); print("err", file=sys.stderr); print("out again")',
    "descriptor": """
print("Python")
os.write(1, b"descriptor 1\\n")
subprocess.run(["echo", "of a child"], check=True);""",
    "descriptor_2": 'os.write(2, b"descriptor 2\\n");',
    "shell": "!echo shell\n!echo err >&2",
    "shell_variable": "lines = !echo a; echo b\nlines",
    "bash": "%%bash\necho bash\necho err >&2",
    "bash_fails": "%%bash\nexit 3",
    "logging": 'import logging\nlogging.warning("logged")\nlogging.getLogger("x").error("error")',
    "warnings": """
import warnings
warnings.warn("careful")
warnings.warn("old", DeprecationWarning)""",
    "display_id": """
from IPython.display import *
shown = display("first", display_id="one")""",
    "update": 'shown.update("second")\nupdate_display(HTML("<i>third</i>"), display_id="one")',
    "shown_again": 'display("again", display_id="one")',
    "update_of_both": 'update_display("last", display_id="one")',
    "clear": 'print("gone")\nclear_output()\nprint("stays")',
    "clear_and_wait": 'print("gone")\nclear_output(wait=True)\nprint("stays")',
    "clear_at_the_end": 'display("stays")\nclear_output(wait=True)',
    "clear_all": 'display("gone")\nclear_output()',
    "rich": """
display(HTML("<p>p</p>"), SVG("<svg xmlns='http://www.w3.org/2000/svg'/>"), Markdown("*m*"))
display(JSON({"a": [1, None]}), Latex("$x$"), Javascript("1"), Pretty("p"), Code("x = 1"))
display({"text/plain": "own", "application/x-own+json": {"a": 1}}, raw=True, metadata={"m": 1})
display()""",
    "odd_bundles": """
display({"application/json": {"d": 1, 2: 3}}, raw=True)
display({"text/plain": b"bytes"}, raw=True)""",
    "picture": """
import base64
data = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAG7buVgAAAABJRU5ErkJggg=="
)
display(Image(data), Image(data, width=3, alt="a"))
Image(data)""",
    "frame": """
import pandas as pd
frame = pd.DataFrame({"a": [1, 2.5], "b": ["x", None]})
frame""",
    "styler": 'frame.style.set_uuid("u").format(precision=1).highlight_max(subset=["a"])',
    "series": 'frame["a"]',
    "figure": 'import matplotlib.pyplot as plt\nplt.plot([1, 2, 4])\nplt.title("t")',
    "figures": """
figure, (left, right) = plt.subplots(1, 2)
left.bar([1, 2], [3, 4])
plt.figure(figsize=(2, 1))
plt.plot([1])
plt.show()
print("after")
plt.plot([3, 1]);""",
    "figure_as_result": "figure",
    "figure_left_open": """
plt.rcParams["axes.facecolor"] = "yellow"
plt.ioff()
open_one = plt.figure(figsize=(2, 1))
open_one.add_subplot().plot([1, 2]);""",
    "figures_closed": """
print(plt.get_fignums(), plt.get_backend(), plt.isinteractive())
plt.close("all")""",
    "settings": """
import matplotlib
{k: v for k, v in matplotlib.rcParams.items() if matplotlib.rcParamsDefault.get(k) != v}""",
    "matplotlib_inline": "%matplotlib inline\nplt.ion()\nplt.figure(figsize=(1, 1));",
    "retina": """
%config InlineBackend.figure_formats = ["retina", "svg"]
plt.rcParams["svg.hashsalt"] = "1"
os.environ["SOURCE_DATE_EPOCH"] = "0"
plt.figure(figsize=(1, 1)).add_subplot().plot([1, 2])""",
    "result": "1 + 1",
    "no_result": "1 + 1;",
    "none": "None",
    "underscore": "_, __, _i, sorted(Out)[-3:], In[-2], len(In)",
    "several_results": 'get_ipython().ast_node_interactivity = "all"\n1\n2',
    "one_result": 'get_ipython().ast_node_interactivity = "last_expr"\n3',
    "capture": """
%%capture captured
print("kept")
display("shown")
plt.figure(figsize=(1, 1)).add_subplot().plot([1])
2""",
    "captured": "captured.show()\ncaptured.stdout, len(captured.outputs)",
    "time": "%%capture timed\n%time x = 1",
    "timed": 'timed.stdout.count("Wall time")',
    "writefile": '%%writefile written.py\nprint("in a file", __name__)\ny = 5',
    "run": "%run written.py\ny",
    "import": "import written\nwritten.y",
    "magics": "%history -n 1-2\n%precision 3\n3.14159265",
    "help": 'def f():\n    "doc"\nf?',
    "source": "import inspect\nprint(inspect.getsource(f))\n%psource f",
    "await": 'import asyncio\nawait asyncio.sleep(0.01)\n"awaited"',
    "task": """
async def later():
    print("at once")
    await asyncio.sleep(0.2)
    print("for the cell that made the task, which has ended")
    return 7
task = asyncio.create_task(later())
await asyncio.sleep(0)""",
    "task_in_a_later_cell": "await task",
    "loop": "asyncio.get_running_loop().is_running()",
    "async_for": """
async def numbers():
    for number in range(2):
        yield number
async for number in numbers():
    print(number)""",
    "async_error": 'async def fails(): raise RuntimeError("late")\nawait fails()',
    "cancelled": "raise asyncio.CancelledError()",
    "traceback": """
def deep(n):
    return 1 / n

def outer():
    return deep(0)
outer()""",
    "chained": """
try:
    {}["k"]
except KeyError as error:
    raise ValueError("chained") from error""",
    "group": 'raise ExceptionGroup("g", [ValueError(1), TypeError(2)])',
    "library_error": 'frame["no such column"]',
    "syntax_error": 'print("never")\nfor x in',
    "indentation_error": "if 1:\nx",
    "output_before_error": 'print("before")\nno_such_name',
    "keyboard_interrupt": 'raise KeyboardInterrupt("by hand")',
    "system_exit": "raise SystemExit(3)",
    "sys_exit": 'sys.exit("bye")',
    "assertion": 'assert 1 == 2, "not equal"',
    "bad_repr": 'class Bad:\n    def __repr__(self): raise ValueError("bad repr")\nBad()',
    "bad_str": "class Odd(Exception):\n    def __str__(self): raise ValueError\nraise Odd()",
    "input": 'input("name? ")',
    "getpass": 'import getpass; getpass.getpass("p")',
    "stdin": "sys.stdin.read()",
    "empty": "",
    "blank": "  \n\n",
    "comment": "# only a comment",
    "unicode": 'print("한국 🇰🇷 é \\x1b[31mred\\x1b[0m \\0 \\u2028 a\\r\\nb\\x08c")\n"한국 🇰🇷"',
    "half_character_as_value": '"lone \\ud800 here"',
    "half_character_in_error": 'raise ValueError("lone \\ud800 here")',
    "not_text": "try: sys.stdout.write(1)\nexcept TypeError as error: print(error)",
    "thread": """
thread = threading.Thread(target=lambda: (print("from a thread"), display("shown by it")))
thread.start(); thread.join()""",
    "slow_thread": """
thread = threading.Thread(target=lambda: (time.sleep(1), print("for the newest cell")))
thread.start()""",
    "slow_thread_prints": "thread.join()",
    "pool": """
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor(2) as workers: print(list(workers.map(abs, [-1, -2])))""",
    "multiprocessing": """
import multiprocessing
with multiprocessing.get_context("fork").Pool(2) as workers: print(workers.map(abs, [-1, -2]))""",
    "process": """
def hello(): print("from a process", flush=True)
process = multiprocessing.get_context("fork").Process(target=hello)
process.start(); process.join(); time.sleep(0.5)""",
    "fork": """
sys.stdout.flush()
import warnings
with warnings.catch_warnings(action="ignore"):  # from 3.12 on of threads, which a kernel has
    pid = os.fork()
if pid == 0:
    print("from a fork", flush=True)
    os._exit(0)
os.waitpid(pid, 0); time.sleep(0.5)""",
    "bar": """
from tqdm import tqdm
for _ in tqdm(range(3), bar_format="{n_fmt}/{total_fmt}"): pass""",
    "a_notebook": """
from tqdm.autonotebook import tqdm as notebook_bar
notebook_bar.__module__, "IPKernelApp" in get_ipython().config""",
    "comm": """
from comm import create_comm
comm = create_comm(target_name="t", data={"a": 1})
comm.send({"b": 2}, buffers=[b"bytes"])
comm.close()""",
    "facts": """
import locale, signal
print(__name__, os.path.basename(sys.argv[0]), sys.executable, sys.path[-1], os.getcwd())
print(sys.stdout.encoding, sys.stdout.isatty(), sys.stdout.writable(), sys.flags)
print(locale.setlocale(locale.LC_ALL), sys.getrecursionlimit())
print(threading.current_thread().name, type(get_ipython()).__name__)
print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)
print(signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGPIPE))
print(sorted(name for name in globals() if name.startswith("__")))""",
    "environment": """
{name: value for name, value in sorted(os.environ.items())
 if name not in ("JPY_PARENT_PID", "IPYTHONDIR", "PYTHONPATH", "PYTEST_CURRENT_TEST")
 and "ARROW" not in name
 and not name.endswith("_NUM_THREADS") and not name.startswith("PYDEVD_")}""",
    "main": """
import __main__, pickle
class Own: pass
type(pickle.loads(pickle.dumps(Own()))).__module__, vars(__main__) is globals()""",
    "options": """
print(pd.options.display.max_rows, pd.options.display.html.use_mathjax)
sys.displayhook("hooked")""",
    "next_input": 'get_ipython().set_next_input("x = 1")',
    "hooks": """
def say_so(result): print("ran", result.execution_count)
get_ipython().events.register("post_run_cell", say_so)""",
    "hooked": 'get_ipython().events.unregister("post_run_cell", say_so)\n5',
    "short_errors": "%xmode Minimal\n1 / 0",
    "no_extension": "%load_ext no_such_extension",
    "reset": "%reset -f\nsorted(name for name in globals() if not name.startswith('_'))[:2]",
    "megabyte": 'print("x" * 1_000_000)',
    "lines": "for i in range(20_000): print(i)",
}
