package health.helan.foundation.gateway.cda;

import health.helan.foundation.store.Refusal;
import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/**
 * From bytes to a tree. Document type declarations are refused, and with them entities of one's
 * own: neither a bomb of entities nor a file of this machine comes in. Depth, elements and
 * attributes are limited before anything is built.
 */
final class XmlReader {
  static final int MAX_DEPTH = 200;
  static final int MAX_ELEMENTS = 500_000;
  static final int MAX_ATTRIBUTES = 200;

  private static final String HL7 = "urn:hl7-org:v3";
  private static final String SDTC = "urn:hl7-org:sdtc";
  private static final String XSI = "http://www.w3.org/2001/XMLSchema-instance";

  private static final Pattern ENCODING =
      Pattern.compile("^\\s*<\\?xml[^>]*encoding=[\"'](?i:gb2312|gbk|cp936)[\"']");

  private static final XMLInputFactory FACTORY = factory();

  private XmlReader() {}

  private static XMLInputFactory factory() {
    XMLInputFactory factory = XMLInputFactory.newFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    factory.setProperty(XMLInputFactory.IS_REPLACING_ENTITY_REFERENCES, true);
    factory.setProperty(XMLInputFactory.IS_NAMESPACE_AWARE, true);
    factory.setProperty(XMLInputFactory.IS_COALESCING, true);
    return factory;
  }

  /**
   * @throws Refusal when it is no well-formed XML, or more than is read
   */
  static XmlNode read(byte[] bytes) {
    var document = new XmlNode.Document(bytes);
    XMLStreamReader reader = null;
    try {
      Charset encoding = encoding(bytes);
      reader =
          encoding == null
              ? FACTORY.createXMLStreamReader(new ByteArrayInputStream(bytes))
              : FACTORY.createXMLStreamReader(
                  new InputStreamReader(new ByteArrayInputStream(bytes), encoding));
      XmlNode root = null;
      XmlNode at = null;
      int depth = 0;
      int elements = 0;
      while (reader.hasNext()) {
        switch (reader.next()) {
          case XMLStreamConstants.DTD ->
              throw new Refusal(Refusal.Kind.STRUCTURE, "gateway.xml-doctype");
          case XMLStreamConstants.ENTITY_REFERENCE ->
              throw new Refusal(Refusal.Kind.STRUCTURE, "gateway.xml-doctype");
          case XMLStreamConstants.START_ELEMENT -> {
            if (++depth > MAX_DEPTH) {
              throw new Refusal(Refusal.Kind.TOO_LONG, "gateway.xml-too-deep", MAX_DEPTH);
            }
            if (++elements > MAX_ELEMENTS) {
              throw new Refusal(Refusal.Kind.TOO_LONG, "gateway.xml-too-many", MAX_ELEMENTS);
            }
            XmlNode element = element(reader, document, at);
            if (at == null) {
              root = element;
            } else {
              at.add(element);
            }
            at = element;
          }
          case XMLStreamConstants.END_ELEMENT -> {
            depth--;
            at = at == null ? null : at.parent();
          }
          case XMLStreamConstants.CHARACTERS,
              XMLStreamConstants.CDATA,
              XMLStreamConstants.SPACE -> {
            if (at != null) {
              at.addText(reader.getText());
            }
          }
          default -> {
            // Comments and processing instructions say nothing.
          }
        }
      }
      if (root == null) {
        throw new Refusal(Refusal.Kind.STRUCTURE, "gateway.xml-broken", 1);
      }
      return root;
    } catch (XMLStreamException e) {
      int line = reader == null ? 1 : Math.max(1, reader.getLocation().getLineNumber());
      throw new Refusal(Refusal.Kind.STRUCTURE, "gateway.xml-broken", line);
    }
  }

  /**
   * GB18030 for what calls itself GB2312 or GBK: it has all their characters, and names of people
   * often have others. Null: the reader finds out by itself.
   */
  private static @Nullable Charset encoding(byte[] bytes) {
    String head = new String(bytes, 0, Math.min(bytes.length, 200), StandardCharsets.ISO_8859_1);
    Matcher declared = ENCODING.matcher(head);
    return declared.find() ? Charset.forName("GB18030") : null;
  }

  private static XmlNode element(
      XMLStreamReader reader, XmlNode.Document document, @Nullable XmlNode parent) {
    int count = reader.getAttributeCount();
    if (count > MAX_ATTRIBUTES) {
      throw new Refusal(Refusal.Kind.TOO_LONG, "gateway.xml-too-many", MAX_ATTRIBUTES);
    }
    var attributes = new LinkedHashMap<String, String>();
    for (int i = 0; i < count; i++) {
      String namespace = reader.getAttributeNamespace(i);
      String name = reader.getAttributeLocalName(i);
      String value = reader.getAttributeValue(i);
      if (XSI.equals(namespace)) {
        if (name.equals("type")) {
          attributes.put("type", value.substring(value.indexOf(':') + 1).strip());
        }
      } else {
        attributes.put(name, value.strip());
      }
    }
    var element =
        new XmlNode(
            document, parent, name(reader.getNamespaceURI(), reader.getLocalName()), attributes);
    String id = attributes.get("ID");
    if (id != null) {
      document.ids.putIfAbsent(id, element);
    }
    return element;
  }

  /** Some senders leave the namespace out; what is of another is told apart by its prefix. */
  private static String name(@Nullable String namespace, String local) {
    if (namespace == null || namespace.isEmpty() || namespace.equals(HL7)) {
      return local;
    }
    return namespace.equals(SDTC) ? "sdtc-" + local : "other-" + local;
  }
}
