package health.helan.foundation.rest.format;

import health.helan.foundation.definitions.R4;
import health.helan.foundation.definitions.R4.ElementDef;
import health.helan.foundation.definitions.R4.TypeDef;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.Refusal.Kind;
import java.util.Objects;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** One JSON tree on its way to XML. */
final class XmlWriter {
  private final R4 r4 = R4.get();
  private final StringBuilder out = new StringBuilder(4096);
  private final boolean pretty;
  private int depth;

  private XmlWriter(boolean pretty) {
    this.pretty = pretty;
  }

  static StringBuilder write(ObjectNode resource, boolean pretty) {
    var writer = new XmlWriter(pretty);
    writer.out.append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
    writer.resource(
        resource,
        Place.root(resource.path("resourceType").asString("Resource")),
        " xmlns=\"" + FhirXml.FHIR + "\"");
    return writer.out;
  }

  private void resource(JsonNode node, Place place, String namespace) {
    var name = node.path("resourceType").asString("");
    if (!(node instanceof ObjectNode object) || !r4.resourceTypes().contains(name)) {
      throw unwritable("not-a-resource", place);
    }
    indent();
    out.append('<').append(name).append(namespace);
    content(object, type(name), name, place);
  }

  /** The rest of an element whose start tag is open: its children and its end tag. */
  private void content(ObjectNode object, TypeDef type, String name, Place place) {
    for (var member : object.propertyNames()) {
      var element = type.elements().get(member.startsWith("_") ? member.substring(1) : member);
      if (element == null && !member.equals("resourceType")) {
        throw unwritable("unknown-element", place.child(member, -1));
      }
    }
    int start = out.length();
    for (var element : type.elements().values()) {
      if (!XmlReader.isAttribute(element.json(), type)) {
        var value = object.path(element.json());
        var more = object.path("_" + element.json());
        if (!value.isMissingNode() || !more.isMissingNode()) {
          if (out.length() == start) {
            out.append('>');
            depth++;
          }
          elements(element, value, more, place);
        }
      }
    }
    if (out.length() == start) {
      out.append("/>");
    } else {
      depth--;
      indent();
      out.append("</").append(name).append('>');
    }
  }

  private void elements(ElementDef element, JsonNode value, JsonNode more, Place parent) {
    if (!element.repeats()) {
      element(element, value, more, parent.child(element.json(), -1));
      return;
    }
    if (!(value.isMissingNode() || value instanceof ArrayNode)
        || !(more.isMissingNode() || more instanceof ArrayNode)) {
      throw unwritable("wrong-type", parent.child(element.json(), -1));
    }
    for (int i = 0; i < Math.max(value.size(), more.size()); i++) {
      element(element, value.path(i), more.path(i), parent.child(element.json(), i));
    }
  }

  private void element(ElementDef element, JsonNode value, JsonNode more, Place place) {
    var name = element.json();
    var type = type(element.type());
    if (type.kind() == R4.Kind.PRIMITIVE) {
      primitive(element, type, value, more, place);
      return;
    }
    if (!(value instanceof ObjectNode object) || !more.isMissingNode()) {
      throw unwritable("wrong-type", place);
    }
    indent();
    out.append('<').append(name);
    if (type.kind() == R4.Kind.RESOURCE) {
      out.append('>');
      depth++;
      resource(object, place, "");
      depth--;
      indent();
      out.append("</").append(name).append('>');
    } else {
      attribute("id", object.path("id"), place);
      if (type.name().equals("Extension")) {
        attribute("url", object.path("url"), place);
      }
      content(object, type, name, place);
    }
  }

  private void primitive(
      ElementDef element, TypeDef type, JsonNode value, JsonNode more, Place place) {
    var absent = value.isMissingNode() || value.isNull();
    if (!absent && !fits(value, type.name())) {
      throw unwritable("wrong-type", place);
    }
    var none = more.isMissingNode() || more.isNull();
    if (!none && !(more instanceof ObjectNode)) {
      throw unwritable("wrong-type", place);
    }
    if (absent && none) {
      throw unwritable("wrong-type", place);
    }
    indent();
    if (type.name().equals("xhtml")) {
      if (absent || !none) {
        throw unwritable("wrong-type", place);
      }
      out.append(narrative(value.stringValue(), place));
      return;
    }
    out.append('<').append(element.json());
    if (more instanceof ObjectNode object) {
      attribute("id", object.path("id"), place);
    }
    if (!absent) {
      attribute("value", value, place);
    }
    if (more instanceof ObjectNode object) {
      content(object, type("Element"), element.json(), place);
    } else {
      out.append("/>");
    }
  }

  private static boolean fits(JsonNode value, String type) {
    return switch (type) {
      case "boolean" -> value.isBoolean();
      case "integer", "positiveInt", "unsignedInt" -> value.isIntegralNumber();
      case "decimal" -> value.isNumber();
      default -> value.isString();
    };
  }

  private void attribute(String name, JsonNode value, Place place) {
    if (value.isMissingNode()) {
      return;
    }
    out.append(' ').append(name).append("=\"");
    if (!value.isValueNode() || value.isNull()) {
      throw unwritable("wrong-type", place);
    }
    // A number's toString is its JSON text, digits after the point included.
    if (!Xml.escape(value.isString() ? value.stringValue() : value.toString(), out)) {
      throw unwritable("character", place);
    }
    out.append('"');
  }

  /** The markup as it is, once sure that it is one XHTML element and nothing else. */
  private static String narrative(String div, Place place) {
    var markup = div.strip();
    try {
      var namespace = rootNamespace(markup);
      if (namespace == null || namespace.isEmpty()) {
        markup = "<div xmlns=\"" + FhirXml.XHTML + "\"" + markup.substring("<div".length());
        namespace = rootNamespace(markup);
      }
      if (FhirXml.XHTML.equals(namespace)) {
        return markup;
      }
    } catch (XMLStreamException e) {
      // Falls through: the narrative's text must not get into a message.
    }
    throw unwritable("narrative", place);
  }

  private static @Nullable String rootNamespace(String markup) throws XMLStreamException {
    if (!markup.startsWith("<div")) {
      throw new XMLStreamException("Not a div");
    }
    var in = Xml.reader(markup);
    try {
      in.nextTag();
      var namespace = in.getNamespaceURI();
      while (in.hasNext()) {
        if (in.next() == XMLStreamConstants.ENTITY_REFERENCE) {
          throw new XMLStreamException("Entity of a document type that is not there");
        }
      }
      return namespace;
    } finally {
      in.close();
    }
  }

  private void indent() {
    if (pretty) {
      out.append('\n').repeat("  ", depth);
    }
  }

  private TypeDef type(String name) {
    return Objects.requireNonNull(r4.type(name), name);
  }

  private static Refusal unwritable(String key, Place place) {
    return new Refusal(
        Kind.NOT_ACCEPTABLE,
        place.fhirPath(),
        "format.xml.unwritable." + key,
        new Object[] {place.fhirPath()});
  }
}
