package health.helan.foundation.store.validation;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A JSON property of a type: how often it may stand, and what checks its values. */
final class Property {
  /** What stands under the name. */
  enum Form {
    PRIMITIVE,
    /** {@code _birthDate}: id and extensions of a primitive. */
    SIBLING,
    COMPLEX,
    REFERENCE,
    /** A whole resource: contained, or in a Bundle or Parameters. */
    RESOURCE,
    /** {@code resourceType}, which was looked at before. */
    TYPE_NAME
  }

  final String json;

  /** How the place reads in FHIRPath: {@code value.ofType(Quantity)}. */
  final String path;

  final Form form;
  final boolean repeats;

  /**
   * A bit that marks the element as seen, the same for all forms of a choice; 0 if of no concern.
   */
  final long bit;

  final boolean choice;

  /** {@code birthDate} for {@code _birthDate} and the other way round; empty if there is none. */
  final String partner;

  final @Nullable Primitive primitive;
  final @Nullable TypeChecker type;
  final @Nullable Binding binding;
  final List<String> targets;

  Property(
      String json,
      String path,
      Form form,
      boolean repeats,
      long bit,
      boolean choice,
      String partner,
      @Nullable Primitive primitive,
      @Nullable TypeChecker type,
      @Nullable Binding binding,
      List<String> targets) {
    this.json = json;
    this.path = path;
    this.form = form;
    this.repeats = repeats;
    this.bit = bit;
    this.choice = choice;
    this.partner = partner;
    this.primitive = primitive;
    this.type = type;
    this.binding = binding;
    this.targets = targets;
  }

  /**
   * @param owner the object that has this property
   */
  void check(JsonNode value, JsonNode owner, TypeChecker.Linked linked, Run run) {
    if (form == Form.TYPE_NAME) {
      return;
    }
    if (!repeats) {
      if (value.isArray()) {
        run.faultAt(path, -1, "structure", "shape.single");
      } else if (value.isNull()) {
        run.faultAt(path, -1, "structure", "shape.null");
      } else {
        item(value, -1, owner, linked, run);
      }
      return;
    }
    if (!value.isArray()) {
      run.faultAt(path, -1, "structure", value.isNull() ? "shape.null" : "shape.list");
      return;
    }
    int size = value.size();
    if (size == 0) {
      run.faultAt(path, -1, "structure", "shape.empty-list");
      return;
    }
    for (int i = 0; i < size; i++) {
      JsonNode item = value.get(i);
      if (!item.isNull()) {
        item(item, i, owner, linked, run);
      } else if (!partnerHas(owner, i)) {
        run.faultAt(path, i, "structure", "shape.null");
      }
      if (run.isFull()) {
        return;
      }
    }
  }

  /** A null in the list of values is made good by an object in that of siblings, and vice versa. */
  private boolean partnerHas(JsonNode owner, int index) {
    if (partner.isEmpty()) {
      return false;
    }
    JsonNode other = owner.get(partner);
    JsonNode item = other == null ? null : other.get(index);
    return item != null && !item.isNull();
  }

  private void item(JsonNode value, int index, JsonNode owner, TypeChecker.Linked linked, Run run) {
    if (form == Form.PRIMITIVE) {
      String fault = Objects.requireNonNull(primitive).fault(value);
      if (fault != null) {
        run.faultAt(path, index, fault.equals("text.too-long") ? "too-long" : "value", fault);
      } else if (binding != null && !binding.allows(value)) {
        binding.fault(run, path, index);
      }
      return;
    }
    if (!value.isObject()) {
      run.faultAt(path, index, "structure", "shape.object");
      return;
    }
    if (!run.enter(path, index)) {
      return;
    }
    switch (form) {
      case RESOURCE -> linked.resource(value, json.equals("contained"), run);
      case SIBLING -> {
        Objects.requireNonNull(type).check(value, linked, run);
        JsonNode primitiveValue = owner.get(partner);
        JsonNode own =
            index < 0 || primitiveValue == null ? primitiveValue : primitiveValue.get(index);
        if (value.size() == 1 && value.has("id") && (own == null || own.isNull())) {
          run.fault("invariant", "element.only-id");
        }
      }
      default -> {
        Objects.requireNonNull(type).check(value, linked, run);
        if (form == Form.REFERENCE) {
          linked.references().check(value, targets, run);
        }
        if (value.size() == 1 && value.has("id")) {
          run.fault("invariant", "element.only-id");
        }
      }
    }
    run.leave();
    if (binding != null && !binding.allows(value)) {
      binding.fault(run, path, index);
    }
  }
}
