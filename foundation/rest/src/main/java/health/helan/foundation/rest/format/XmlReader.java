package health.helan.foundation.rest.format;

import health.helan.foundation.definitions.R4;
import health.helan.foundation.definitions.R4.ElementDef;
import health.helan.foundation.definitions.R4.Kind;
import health.helan.foundation.definitions.R4.TypeDef;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Objects;
import java.util.regex.Pattern;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import org.codehaus.stax2.XMLStreamReader2;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** One XML document on its way to a JSON tree. */
final class XmlReader {
  private static final String SCHEMA_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance";
  private static final Pattern INTEGER = Pattern.compile("0|[-+]?[1-9][0-9]*");
  private static final Pattern DECIMAL =
      Pattern.compile("(-?(?:0|[1-9][0-9]*))((?:\\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)");

  private final String text;
  private final XMLStreamReader2 in;
  private final R4 r4 = R4.get();
  private final JsonNodeFactory nodes = Json.MAPPER.getNodeFactory();
  private int depth;

  private XmlReader(String text, XMLStreamReader2 in) {
    this.text = text;
    this.in = in;
  }

  static ObjectNode read(String xml) {
    // XML 1.0, 2.11, done first so that places in the text and what the parser says agree.
    var text = xml.indexOf('\r') < 0 ? xml : xml.replace("\r\n", "\n").replace('\r', '\n');
    try {
      var in = Xml.reader(text);
      try {
        return new XmlReader(text, in).document();
      } finally {
        in.close();
      }
    } catch (XMLStreamException e) {
      var at = e.getLocation();
      throw new Refusal(
          Refusal.Kind.INVALID,
          "format.xml.not-well-formed",
          String.valueOf(at == null ? 1 : at.getLineNumber()),
          String.valueOf(at == null ? 1 : at.getColumnNumber()));
    }
  }

  private ObjectNode document() throws XMLStreamException {
    var encoding = in.getCharacterEncodingScheme();
    if (encoding != null && !encoding.equalsIgnoreCase("UTF-8")) {
      throw new Refusal(Refusal.Kind.INVALID, "format.xml.encoding", encoding);
    }
    while (next() != XMLStreamConstants.START_ELEMENT) {}
    var resource = resource(Place.root(in.getLocalName()));
    while (in.hasNext()) {
      next();
    }
    return resource;
  }

  private int next() throws XMLStreamException {
    int event = in.next();
    if (event == XMLStreamConstants.DTD || event == XMLStreamConstants.ENTITY_REFERENCE) {
      throw new Refusal(Refusal.Kind.INVALID, "format.xml.doctype");
    } else if (event == XMLStreamConstants.START_ELEMENT) {
      if (++depth > Json.MAX_DEPTH) {
        throw new Refusal(Refusal.Kind.TOO_LONG, "format.xml.too-deep", Json.MAX_DEPTH);
      }
    } else if (event == XMLStreamConstants.END_ELEMENT) {
      depth--;
    }
    return event;
  }

  /** Goes to the next child's start (true) or the end of the element it is in (false). */
  private boolean toChild(Place place) throws XMLStreamException {
    while (true) {
      switch (next()) {
        case XMLStreamConstants.START_ELEMENT -> {
          return true;
        }
        case XMLStreamConstants.END_ELEMENT -> {
          return false;
        }
        case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> {
          if (!in.isWhiteSpace()) {
            throw structure("text", place, place.name());
          }
        }
        default -> {} // Comments and processing instructions.
      }
    }
  }

  private ObjectNode resource(Place place) throws XMLStreamException {
    var name = in.getLocalName();
    if (!FhirXml.FHIR.equals(in.getNamespaceURI()) || !r4.resourceTypes().contains(name)) {
      throw structure("not-a-resource", place, name);
    }
    var resource = nodes.objectNode().put("resourceType", name);
    attributes(resource, type(name), place);
    content(resource, type(name), place);
    return resource;
  }

  private void content(ObjectNode object, TypeDef type, Place place) throws XMLStreamException {
    while (toChild(place)) {
      var name = in.getLocalName();
      var element = type.elements().get(name);
      if (element == null
          || isAttribute(name, type)
          || !namespace(element).equals(in.getNamespaceURI())) {
        throw structure("unknown-element", place.child(name, -1), name);
      }
      element(object, element, place);
    }
  }

  private static String namespace(ElementDef element) {
    return element.type().equals("xhtml") ? FhirXml.XHTML : FhirXml.FHIR;
  }

  /** Whether R4's XML has this member as an attribute. */
  static boolean isAttribute(String name, TypeDef type) {
    return switch (name) {
      case "id" -> type.kind() != Kind.RESOURCE;
      case "url" -> type.name().equals("Extension");
      default -> false;
    };
  }

  private void element(ObjectNode parent, ElementDef element, Place parentPlace)
      throws XMLStreamException {
    var name = element.json();
    int index = Math.max(parent.path(name).size(), parent.path("_" + name).size());
    if (!element.repeats() && (parent.has(name) || parent.has("_" + name))) {
      throw structure("repeated-element", parentPlace.child(name, -1), name);
    }
    var place = parentPlace.child(name, element.repeats() ? index : -1);
    var type = type(element.type());
    if (element.type().equals("xhtml")) {
      parent.put(name, narrative(place));
    } else if (type.kind() == Kind.RESOURCE) {
      attributes(parent, type, place);
      if (!toChild(place)) {
        throw structure("empty-element", place, name);
      }
      add(parent, name, element.repeats(), index, resource(place));
      if (toChild(place)) {
        throw structure("repeated-element", place, in.getLocalName());
      }
    } else if (type.kind() == Kind.PRIMITIVE) {
      primitive(parent, element, type, index, place);
    } else {
      var object = nodes.objectNode();
      attributes(object, type, place);
      content(object, type, place);
      if (object.isEmpty()) {
        throw structure("empty-element", place, name);
      }
      add(parent, name, element.repeats(), index, object);
    }
  }

  private void primitive(
      ObjectNode parent, ElementDef element, TypeDef type, int index, Place place)
      throws XMLStreamException {
    var name = element.json();
    var more = nodes.objectNode();
    var text = attributes(more, type, place);
    content(more, type("Element"), place);
    if (text == null && more.isEmpty()) {
      throw structure("empty-element", place, name);
    }
    var value = text == null ? nodes.nullNode() : value(text, type, place);
    var rest = more.isEmpty() ? nodes.nullNode() : more;
    // Lists of values and of what goes with them run side by side, null where there is none; a list
    // of nulls alone is left out (R4, json.html#primitive).
    if (text != null || element.repeats() && parent.has(name)) {
      add(parent, name, element.repeats(), index, value);
    }
    if (!more.isEmpty() || element.repeats() && parent.has("_" + name)) {
      add(parent, "_" + name, element.repeats(), index, rest);
    }
  }

  private static void add(
      ObjectNode parent, String name, boolean repeats, int index, JsonNode value) {
    if (repeats) {
      var list = parent.get(name) instanceof ArrayNode there ? there : parent.putArray(name);
      while (list.size() < index) {
        list.addNull();
      }
      list.add(value);
    } else {
      parent.set(name, value);
    }
  }

  /**
   * Takes the attributes of the element at hand into {@code object}.
   *
   * @return of a primitive its value, null if it has none
   */
  private @Nullable String attributes(ObjectNode object, TypeDef type, Place place) {
    String value = null;
    for (int i = 0; i < in.getAttributeCount(); i++) {
      var name = in.getAttributeLocalName(i);
      var namespace = in.getAttributeNamespace(i);
      if (SCHEMA_INSTANCE.equals(namespace)) {
        continue; // Says where a schema lies, which is nothing about the resource.
      }
      if (namespace != null && !namespace.isEmpty()) {
        throw structure("unknown-attribute", place, name);
      } else if (isAttribute(name, type)) {
        object.put(name, in.getAttributeValue(i));
      } else if (name.equals("value") && type.kind() == Kind.PRIMITIVE) {
        value = in.getAttributeValue(i);
      } else {
        throw structure("unknown-attribute", place, name);
      }
    }
    return value;
  }

  private JsonNode value(String text, TypeDef type, Place place) {
    switch (type.name()) {
      case "boolean" -> {
        if (text.equals("true") || text.equals("false")) {
          return nodes.booleanNode(text.equals("true"));
        }
      }
      case "integer", "positiveInt", "unsignedInt" -> {
        if (INTEGER.matcher(text).matches() && text.length() <= 11) {
          long number = Long.parseLong(text);
          if (number == (int) number) {
            return nodes.numberNode((int) number);
          }
        }
      }
      case "decimal" -> {
        var number = decimal(text);
        if (number != null) {
          return number;
        }
      }
      default -> {
        return nodes.stringNode(text);
      }
    }
    throw new Refusal(
        Refusal.Kind.VALUE,
        place.fhirPath(),
        "format.xml.not-a-value",
        new Object[] {place.fhirPath(), type.name()});
  }

  /** The number with the digits it has, of the class that reading JSON would give it. */
  private @Nullable JsonNode decimal(String text) {
    var matcher = DECIMAL.matcher(text);
    if (text.length() > Json.MAX_NUMBER_LENGTH || !matcher.matches()) {
      return null;
    }
    if (matcher.end(1) == text.length()) {
      var whole = new BigInteger(text);
      return whole.bitLength() < 32
          ? nodes.numberNode(whole.intValue())
          : whole.bitLength() < 64 ? nodes.numberNode(whole.longValue()) : nodes.numberNode(whole);
    }
    try {
      return nodes.numberNode(new BigDecimal(text));
    } catch (NumberFormatException e) {
      return null; // The exponent is beyond 32 bits.
    }
  }

  /**
   * The {@code div} at hand as it stands in the text, so that nothing of what a person read and
   * perhaps signed changes; written anew where it needs namespace prefixes from outside.
   */
  private String narrative(Place place) throws XMLStreamException {
    int start = (int) in.getLocationInfo().getStartingCharOffset();
    boolean selfContained = in.getNamespaceCount() == 1 && in.getNamespacePrefix(0).isEmpty();
    var anew = new StringBuilder();
    int inner = depth;
    do {
      switch (in.getEventType()) {
        case XMLStreamConstants.START_ELEMENT -> {
          if (!FhirXml.XHTML.equals(in.getNamespaceURI())) {
            throw structure("unknown-element", place, in.getLocalName());
          }
          selfContained &= in.getPrefix().isEmpty();
          anew.append('<').append(in.getLocalName());
          if (depth == inner) {
            anew.append(" xmlns=\"").append(FhirXml.XHTML).append('"');
          }
          for (int i = 0; i < in.getAttributeCount(); i++) {
            var prefix = in.getAttributePrefix(i);
            if (!prefix.isEmpty() && !prefix.equals("xml")) {
              throw structure("unknown-attribute", place, in.getAttributeLocalName(i));
            }
            anew.append(' ').append(prefix.isEmpty() ? "" : "xml:");
            anew.append(in.getAttributeLocalName(i)).append("=\"");
            Xml.escape(in.getAttributeValue(i), anew);
            anew.append('"');
          }
          anew.append('>');
        }
        case XMLStreamConstants.END_ELEMENT ->
            anew.append("</").append(in.getLocalName()).append('>');
        case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA, XMLStreamConstants.SPACE ->
            anew.append(
                in.getText().replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"));
        default -> {}
      }
    } while (!(next() == XMLStreamConstants.END_ELEMENT && depth < inner));
    if (selfContained) {
      return text.substring(start, (int) in.getLocationInfo().getEndingCharOffset());
    }
    return anew.append("</").append(in.getLocalName()).append('>').toString();
  }

  private TypeDef type(String name) {
    return Objects.requireNonNull(r4.type(name), name);
  }

  private static Refusal structure(String key, Place place, String name) {
    return new Refusal(
        Refusal.Kind.STRUCTURE,
        place.fhirPath(),
        "format.xml." + key,
        new Object[] {name, place.fhirPath()});
  }
}
