"""What a finger presses is 24 px high by a rule of the stylesheet, so that no machine's fonts can make it smaller."""

STANDALONE = """() => [...document.querySelectorAll(
    ["main", ".screen"].flatMap(place => ["a", "button", "select", "input:not([type=hidden])", "textarea"]
      .map(kind => `${place} ${kind}`)).join())]
  .filter(one => one.getClientRects().length)
  .filter(one => getComputedStyle(one).display !== "inline"
    || ![...one.parentNode.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim()))
  .map(one => [one.innerText || one.name || one.id, one.getBoundingClientRect().height,
    one.rows ? 24 : parseFloat(getComputedStyle(one).minHeight)])"""
"""Links, buttons and fields, but not a link within a sentence: that is as high as its line."""


def assert_high_enough(page, at_least=1):
    found = page.evaluate(STANDALONE)
    assert len(found) >= at_least
    assert [one for one in found if min(one[1:]) < 24] == []
