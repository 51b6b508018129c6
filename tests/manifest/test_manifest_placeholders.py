from reconciler.manifest.placeholders import fill, words_of


def test_words_are_filled_in_once_and_nothing_is_evaluated():
    values = {"app": "{version}", "version": "1.0.0"}
    assert fill("{app} {version}", values) == "{version} 1.0.0"


def test_b38_b103_other_braces_stand_for_themselves():
    text = "{{ config }} ${HOME} {% raw %} {x.__class__} {0} {} {App} {unknown} {a b}"
    assert fill(text, {"app": "shop"}) == text


def test_a_word_in_two_pairs_of_braces_is_filled_in_inside():
    assert fill("{{app}}", {"app": "shop"}) == "{shop}"


def test_words_are_found_in_order():
    assert list(words_of("{a}{b} {A} {c} {}")) == ["a", "b", "c"]
