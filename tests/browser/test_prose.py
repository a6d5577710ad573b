"""What models write, as people read it: formulas, tables, tasks, text from right to left."""

from playwright.sync_api import Page, expect

from support.browser import DESKTOP, MOBILE, Scheme, axe, look, shot, width
from support.browser_chat import completed, start
from support.provider_process import Provider

LOOKS: tuple[tuple[str, Scheme], ...] = (("desktop", "light"), ("mobile", "dark"))
CODE = "def a_function_with_a_long_name(the_first_argument, the_second_argument, the_third): ...\n"
COLOUR = "element => getComputedStyle(element).color"
PROSE = (
    r"""Einstein wrote $E = mc^2$; tea costs $5 to $10.

\[
\int_0^1 x^2 \, dx = \frac{1}{3}
\]

| Name | A column with a long heading | Another one | The last one |
| --- | ---: | --- | --- |
| alpha | 1 | something long to make the table wide | x |

- [x] read
- [ ] written

```python
def a_function_with_a_long_name(the_first_argument, the_second_argument, the_third): ...
```

مرحبا بالعالم، هذا نص عربي مع كلمة English في الوسط.

"""
    + "Donaudampfschifffahrtselektrizitätenhauptbetriebswerk" * 4
)


def test_an_answer_is_read_as_it_was_meant(admin: Page, provider: Provider) -> None:
    provider.script(pieces=[PROSE[at : at + 40] for at in range(0, len(PROSE), 40)])
    start(admin, "shop", "Show me everything")
    answer = completed(admin)
    expect(answer.locator("math")).to_have_count(2)
    expect(answer.locator("math[display=block] mfrac")).to_be_visible()
    expect(answer).to_contain_text("tea costs $5 to $10.")
    keyword, code = answer.locator("pre").get_by_text("def", exact=True), answer.locator("pre")
    expect(keyword).to_be_visible()
    assert keyword.evaluate(COLOUR) != code.evaluate(COLOUR)
    assert code.text_content() == CODE
    arabic = answer.get_by_text("مرحبا بالعالم")
    assert arabic.evaluate("text => getComputedStyle(text).direction") == "rtl"
    expect(answer.get_by_role("checkbox", name="Not done")).to_be_disabled()
    for size, scheme in LOOKS:
        view = DESKTOP if size == "desktop" else MOBILE
        look(admin, view, scheme)
        shot(admin, f"chat-prose-{size}-{scheme}")
        assert axe(admin) == []
        assert width(admin) <= view["width"]


def test_deeply_nested_code_leaves_other_code_its_colours(admin: Page, provider: Provider) -> None:
    deep = "`${" * 1500 + "\n"
    provider.script(pieces=[f"```js\n{deep}```\n\n", f"```python\n{CODE}```\n"])
    start(admin, "shop", "Nest it deep")
    code = completed(admin).locator("pre")
    expect(code.last.get_by_text("def", exact=True)).to_be_visible()
    assert code.all_text_contents() == [deep, CODE]
