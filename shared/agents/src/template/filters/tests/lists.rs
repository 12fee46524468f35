//! Lists: the reference's examples, lists in lists, nothing, and values that are not lists.

use super::{all_fail, all_render};

const PRODUCTS: &str = r#"{"products": [
    {"title": "Vacuum", "type": "cleaning", "available": true, "quantity": 1, "price": 99.5},
    {"title": "Spatula", "type": "kitchen", "available": false, "quantity": 2, "price": 5},
    {"title": "Television", "type": "lounge", "available": true, "quantity": 3, "price": 500.25},
    {"title": "Garlic press", "type": "kitchen", "available": null, "price": 12}
], "ratings": [1, 2, 3], "nested": [[3, 1], [2, [5]], 4], "pages": [{"category": "business"}, {"category": "lifestyle"}, {}, {"category": "business"}],
"mixed": [1, "a"], "names": ["zebra", "Octopus", null, "giraffe", "Sally Snake"], "big": [123456789012345678901, 5, 1.5, 1e2], "texts": ["10", "9"],
"one": {"title": "Alone", "n": 1}}"#;

#[test]
fn the_references_examples() {
    all_render(
        PRODUCTS,
        &[
            ("{{ pages | map: 'category' | compact | join: ';' }}", "business;lifestyle;business"),
            ("{{ pages | compact: 'category' | size }}", "3"),
            (
                concat!(
                    "{% assign f = \"apples, oranges, peaches\" | split: \", \" %}{% assign v = \"carrots, turnips\" | split: \", \" %}",
                    "{% assign all = f | concat: v %}{{ all | join: ',' }} {{ f | concat: v | concat: f | size }}"
                ),
                "apples,oranges,peaches,carrots,turnips 8",
            ),
            ("{% assign p = products | find: 'type', 'kitchen' %}{{ p.title }}", "Spatula"),
            ("{{ products | find_index: 'type', 'kitchen' }}", "1"),
            ("{{ products | has: 'type', 'kitchen' }} {{ products | has: 'type', 'garden' }}", "true false"),
            ("{{ \"Ground control to Major Tom.\" | split: \" \" | first }}", "Ground"),
            ("{{ \"Ground control to Major Tom.\" | split: \" \" | last }}", "Tom."),
            ("{{ \"John, Paul, George, Ringo\" | split: \", \" | join: \" and \" }}", "John and Paul and George and Ringo"),
            ("{{ products | reject: 'type', 'kitchen' | map: 'title' | join: ';' }}", "Vacuum;Television"),
            ("{{ products | reject: 'available' | map: 'title' | join: ';' }}", "Spatula;Garlic press"),
            (
                "{{ \"apples, oranges, peaches, plums\" | split: \", \" | reverse | join: \", \" }}",
                "plums, peaches, oranges, apples",
            ),
            ("{{ \"Ground control to Major Tom.\" | split: \"\" | reverse | join: \"\" }}", ".moT rojaM ot lortnoc dnuorG"),
            ("{{ \"Ground control to Major Tom.\" | size }}", "28"),
            ("{% assign f = \"apples, oranges, peaches, plums\" | split: \", \" %}{{ f.size }} {{ f | size }}", "4 4"),
            ("{{ \"Liquid\" | slice: 0 }} {{ \"Liquid\" | slice: 2 }} {{ \"Liquid\" | slice: 2, 5 }}", "L q quid"),
            ("{{ \"John, Paul, George, Ringo\" | split: \", \" | slice: 1, 2 }}", "PaulGeorge"),
            ("{{ \"Liquid\" | slice: -3, 2 }}", "ui"),
            (
                "{{ \"zebra, octopus, giraffe, Sally Snake\" | split: \", \" | sort | join: \", \" }}",
                "Sally Snake, giraffe, octopus, zebra",
            ),
            (
                "{{ \"zebra, octopus, giraffe, Sally Snake\" | split: \", \" | sort_natural | join: \", \" }}",
                "giraffe, octopus, Sally Snake, zebra",
            ),
            ("{{ products | sort: 'price' | map: 'title' | first }}", "Spatula"),
            ("{{ products | sum: 'quantity' }} {{ ratings | sum }}", "6 6"),
            ("{{ \"ants, bugs, bees, bugs, ants\" | split: \", \" | uniq | join: \", \" }}", "ants, bugs, bees"),
            ("{{ products | where: 'type', 'kitchen' | map: 'title' | join: ';' }}", "Spatula;Garlic press"),
            ("{{ products | where: 'available' | map: 'title' | join: ';' }}", "Vacuum;Television"),
            ("{% assign s = products | where: 'type', 'lounge' | first %}{{ s.title }}", "Television"),
        ],
    );
}

#[test]
fn lists_in_lists_are_opened_and_nothing_is_an_empty_list() {
    all_render(
        PRODUCTS,
        &[
            ("{{ nested | join: ',' }} {{ nested | sort | join: ',' }} {{ nested | sum }}", "3,1,2,5,4 1,2,3,4,5 15"),
            ("{{ nested | size }} {{ nested | first | join: ',' }}", "3 3,1"),
            (
                "[{{ missing | join: ',' }}{{ missing | sort }}{{ missing | map: 'a' }}{{ missing | first }}{{ missing | reverse }}]",
                "[]",
            ),
            ("{{ missing | size }} {{ missing | sum }} {{ missing | has: 'a' }}[{{ missing | find: 'a' }}]", "0 0 false[]"),
            ("{{ one | map: 'title' | first }} {{ one | where: 'n', 1 | size }} {{ one | size }}", "Alone 1 2"),
            ("{{ pages | map: 'category' | join: ';' }}", "business;lifestyle;;business"),
        ],
    );
}

#[test]
fn values_are_compared_as_what_they_are() {
    all_render(
        PRODUCTS,
        &[
            // Only true equals true.
            ("{{ products | where: 'title', true | size }} {{ products | where: 'available', true | size }}", "0 2"),
            ("{{ products | where: 'available', false | map: 'title' | join: ';' }}", "Spatula"),
            ("{{ products | where: 'price', 5 | size }} {{ products | where: 'price', 5.0 | size }}", "1 1"),
            ("{{ products | find_index: 'type', 'garden' }}|", "|"),
            ("{{ names | sort | join: ',' }} {{ names | sort_natural | first }}", "Octopus,Sally Snake,giraffe,zebra, giraffe"),
            ("{{ big | sort | join: ',' }}", "1.5,5,100,123456789012345678901"),
            ("{{ texts | sort | first }} {{ products | uniq: 'type' | size }}", "10 3"),
            (
                "{{ ratings | slice: -2, 2 | join: ',' }}[{{ ratings | slice: 9 }}{{ 'abc' | slice: -5, 2 }}{{ 'abc' | slice: 0, 0 }}]",
                "2,3[]",
            ),
        ],
    );
}

#[test]
fn groups_are_in_the_order_of_their_first_item() {
    all_render(
        PRODUCTS,
        &[
            (
                "{% assign groups = products | group_by: 'type' %}{% for g in groups %}{{ g.name }}: {{ g.items | map: 'title' | join: ',' }};{% endfor %}",
                "cleaning: Vacuum;kitchen: Spatula,Garlic press;lounge: Television;",
            ),
            ("{{ pages | group_by: 'category' | size }} {{ 'text' | group_by: 'a' }}", "3 text"),
        ],
    );
}

#[test]
fn what_is_no_list_is_an_error() {
    all_fail(
        PRODUCTS,
        &[
            ("{{ 'abc' | join: ',' }}", "join: a list is needed, not a text; `split` makes one"),
            ("{{ 'abc' | reverse }}", "reverse: a list is needed"),
            ("{{ 5 | sort }}", "not a number"),
            ("{{ ratings | map: 'a' }}", "map: `a` cannot be taken of a number; the list needs objects"),
            ("{{ ratings | where: 'a', 1 }}", "where: "),
            ("{{ ratings | concat: 'x' }}", "concat: the argument must be a list"),
            ("{{ mixed | sort }}", "values of one kind"),
            ("{{ products | sort }}", "name a property"),
            ("{{ mixed | sum }}", "sum: a number is needed, not a text"),
            ("{{ 5 | first }}", "first: a list or a text is needed"),
            ("{{ ratings | slice: 'x' }}", "slice: argument 1 must be a whole number"),
            ("{{ ratings | slice: 1.5 }}", "slice: argument 1"),
        ],
    );
}
