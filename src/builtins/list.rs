//! Built-ins on LIST: adding, reading, searching, removing. Order and sets are in `list_order`.

use super::receiver;
use super::{Changed, Index};
use crate::fault::Fault;
use crate::value::{List, Text, Value, compare, convert, typed};

/// The most elements that `addAll` takes at once (`deluge/help/datatypes/list`).
const ADD_ALL: usize = 25_000;

builtins! { LIST on List {
    /// Appends one element; a list is appended as one nested element.
    ///
    /// A typed list (`List:Int()`) converts the element, or fails.
    ///
    /// ```dg
    /// names = List();
    /// names.add("Creator");
    /// names.add({"CRM", "Projects"});
    /// info names.size();  // => 2
    /// ```
    "add" => fn add[cx](list: &Value, element: &Value) -> Result<(), Fault> {
        push(receiver::list(list, cx)?, element, cx)
    }

    /// Appends every element of another list, at most 25,000.
    ///
    /// ```dg
    /// one = {"Creator"};
    /// one.addAll({"CRM", "Projects"});
    /// info one;  // => Creator,CRM,Projects
    /// ```
    "addAll" => fn add_all[cx](list: &Value, elements: List) -> Result<(), Fault> {
        push_all(receiver::list(list, cx)?, &elements, cx)
    }

    /// The element at an index, counted from 0; a negative index or one beyond the end fails.
    ///
    /// ```dg
    /// products = {"Creator", "CRM", "Projects"};
    /// info products.get(2);  // => Projects
    /// ```
    "get" => fn get[cx](list: &Value, index: Index) -> Result<Value, Fault> {
        element_at(receiver::list(list, cx)?, index, cx)
    }

    /// The element at an index as text; a negative index or one beyond the end fails.
    ///
    /// ```dg
    /// numbers = {123, 456, 120};
    /// info numbers.getAsString(2) + 1;  // => 1201
    /// ```
    "getAsString" => fn get_as_string[cx](list: List, index: Index) -> Result<Text, Fault> {
        convert::to_text(&element_at(&list, index, cx)?, cx.settings)
    }

    /// The first index of an element, or -1; type and case count.
    ///
    /// ```dg
    /// info {"a", "b", "a"}.indexOf("a");  // => 0
    /// info {1, 2}.indexOf("1");           // => -1
    /// ```
    "indexOf" => fn index_of(list: List, element: &Value) -> Result<i64, Fault> {
        Ok(position(&list.borrow(), element)?.map_or(-1, |at| at as i64))
    }

    /// The last index of an element, or -1; type and case count.
    ///
    /// ```dg
    /// info {"a", "b", "a"}.lastIndexOf("a");  // => 2
    /// ```
    "lastIndexOf" => fn last_index_of(list: List, element: &Value) -> Result<i64, Fault> {
        let items = list.borrow();
        for (at, item) in items.iter().enumerate().rev() {
            if compare::strictly_equal(item, element)? {
                return Ok(at as i64);
            }
        }
        Ok(-1)
    }

    /// Whether the list has an element; type and case count, and only whole elements match.
    ///
    /// ```dg
    /// mixed = {1, "2", "Zoho"};
    /// info mixed.contains("2");     // => true
    /// info mixed.contains(2);       // => false
    /// info mixed.contains("zoho");  // => false
    /// ```
    "contains" => fn contains(list: List, element: &Value) -> Result<bool, Fault> {
        Ok(position(&list.borrow(), element)?.is_some())
    }

    /// Whether the list lacks an element; type and case count.
    ///
    /// ```dg
    /// info {"Creator", "CRM"}.notContains("Books");  // => true
    /// ```
    "notContains" => fn not_contains(list: List, element: &Value) -> Result<bool, Fault> {
        Ok(position(&list.borrow(), element)?.is_none())
    }

    /// Whether the list has no elements; a list of blank texts is not empty.
    ///
    /// ```dg
    /// info List().isEmpty();  // => true
    /// info {""}.isEmpty();    // => false
    /// ```
    "isEmpty" => fn is_empty(list: List) -> bool {
        list.is_empty()
    }

    /// The number of elements; a nested list counts once.
    ///
    /// ```dg
    /// info {"Projects", {"Zoho Creator", "Zoho CRM"}}.size();  // => 2
    /// ```
    "size" => fn size(list: List) -> i64 {
        list.len() as i64
    }

    /// Removes all elements.
    ///
    /// ```dg
    /// names = {"Creator", "CRM"};
    /// names.clear();
    /// info names.size();  // => 0
    /// ```
    "clear" => fn clear[cx](list: &Value) -> Result<(), Fault> {
        receiver::list(list, cx)?.change(Vec::clear);
        Ok(())
    }

    /// Removes the element at an index and gives it; a negative index or one beyond the end fails.
    ///
    /// ```dg
    /// products = {"Creator", "CRM", "Projects"};
    /// info products.remove(1);  // => CRM
    /// info products;            // => Creator,Projects
    /// ```
    "remove" => fn remove[cx](list: &Value, index: Index) -> Result<Changed<Value>, Fault> {
        let list = receiver::list(list, cx)?;
        let at = receiver::place(index.0, list.len(), cx)?;
        Ok(Changed(list.change(|items| items.remove(at))))
    }

    /// Removes the first element equal to a value; nothing happens when there is none.
    ///
    /// In a typed list, a value that its type does not take fails.
    ///
    /// ```dg
    /// products = {"Creator", "CRM", "Projects"};
    /// products.removeElement("CRM");
    /// info products;  // => Creator,Projects
    /// ```
    "removeElement" => fn remove_element[cx](list: &Value, element: &Value) -> Result<(), Fault> {
        let list = receiver::list(list, cx)?;
        let element = typed::accept(list.element(), element.clone(), cx.settings, cx.function)?;
        let found = position(&list.borrow(), &element)?;
        if let Some(at) = found {
            list.change(|items| items.remove(at));
        }
        Ok(())
    }

    /// A list: the list itself.
    ///
    /// ```dg
    /// info {1, 2}.toList().size();  // => 2
    /// ```
    "toList" => fn to_list(list: List, separator: Option<&Value>) -> List {
        // Text has a row of its own; there is nothing to split here.
        let _ = separator;
        list
    }

    /// A list of the elements as texts.
    ///
    /// ```dg
    /// info {1, 2}.toListString().contains("1");  // => true
    /// ```
    "toListString" => fn to_list_string[cx](list: List) -> Result<List, Fault> {
        let items = list.snapshot();
        items.iter().map(|item| convert::to_text(item, cx.settings).map(Value::Text)).collect()
    }
}}

builtins! { LIST_IN_TEXT on Text {
    /// The value under a key of a text that holds a JSON object, or the element at an index of comma-separated text.
    ///
    /// ```dg
    /// info "{\"name\":\"Zylker\"}".get("name");  // => Zylker
    /// info "red,green,blue".get(1);              // => green
    /// ```
    "get" => fn get_in_text[cx](text: &Value, key: &Value) -> Result<Value, Fault> {
        let Value::Text(held) = text else { return Err(receiver::no_map(text, cx)) };
        if held.trim_start().starts_with('{') {
            let map = super::json::object(held).map_err(|_| cx.cast(text, "MAP"))?;
            return Ok(map.get(&convert::to_text(key, cx.settings)?).unwrap_or(Value::Null));
        }
        let index = convert::to_number(key).and_then(|index| index.to_i64());
        match index {
            Some(index) => element_at(&convert::split_commas(held), Index(index), cx),
            None => Err(cx.cast(text, "MAP")),
        }
    }

    /// A list of the pieces of comma-separated text; empty pieces are kept.
    ///
    /// ```dg
    /// items = "1,2,3,4,5".toListString();
    /// info items.size();         // => 5
    /// info items.contains("3");  // => true
    /// ```
    "toListString" => fn split(text: &str) -> List {
        convert::split_commas(text)
    }
}}

// What `{}` does until it has become a list.
builtins! { LIST_IN_BRACES on Map {
    /// Appends one element to `{}`, which becomes a list by it.
    ///
    /// ```dg
    /// colors = {};
    /// colors.add("red");
    /// info colors;  // => red
    /// ```
    "add" => fn add_in_braces[cx](map: &Value, element: &Value) -> Result<(), Fault> {
        push(&braces(map, cx)?, element, cx)
    }

    /// Appends every element of a list to `{}`, which becomes a list by it.
    ///
    /// ```dg
    /// colors = {};
    /// colors.addAll({"red", "blue"});
    /// info colors.size();  // => 2
    /// ```
    "addAll" => fn add_all_in_braces[cx](map: &Value, elements: List) -> Result<(), Fault> {
        push_all(&braces(map, cx)?, &elements, cx)
    }
}}

fn push(list: &List, element: &Value, cx: &super::Cx<'_>) -> Result<(), Fault> {
    list.push(typed::accept(list.element(), element.clone(), cx.settings, cx.function)?);
    Ok(())
}

fn push_all(list: &List, elements: &List, cx: &super::Cx<'_>) -> Result<(), Fault> {
    // A snapshot, since a list may be added to itself.
    let elements = elements.snapshot();
    if elements.len() > ADD_ALL {
        return Err(Fault::value(format!("`addAll` takes at most {ADD_ALL} elements, found {}", elements.len())));
    }
    let kind = list.element();
    let taken: Result<Vec<Value>, Fault> =
        elements.iter().map(|element| typed::accept(kind, element.clone(), cx.settings, cx.function)).collect();
    let taken = taken?;
    list.change(|items| items.extend(taken));
    Ok(())
}

fn element_at(list: &List, index: Index, cx: &super::Cx<'_>) -> Result<Value, Fault> {
    let at = receiver::place(index.0, list.len(), cx)?;
    Ok(list.get(at).unwrap_or(Value::Null))
}

fn braces(value: &Value, cx: &super::Cx<'_>) -> Result<List, Fault> {
    let map = receiver::map(value, cx)?;
    let list = map.become_list().cloned();
    list.ok_or_else(|| cx.cast(value, "LIST").help("a map takes pairs: `map.put(key, value)`"))
}

/// The first place of an element, by type and value.
pub fn position(items: &[Value], element: &Value) -> Result<Option<usize>, Fault> {
    for (at, item) in items.iter().enumerate() {
        if compare::strictly_equal(item, element)? {
            return Ok(Some(at));
        }
    }
    Ok(None)
}
