package health.helan.foundation.fhirpath;

import java.io.StringReader;
import java.util.Set;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * The rules of FHIR R4 for the XHTML of a narrative (invariants txt-1 and txt-2): basic formatting
 * alone, and some content. Reads no entities from outside.
 */
final class Xhtml {
  private static final String NAMESPACE = "http://www.w3.org/1999/xhtml";
  private static final Set<String> ELEMENTS =
      Set.of(
          "p",
          "br",
          "div",
          "h1",
          "h2",
          "h3",
          "h4",
          "h5",
          "h6",
          "a",
          "span",
          "b",
          "em",
          "i",
          "strong",
          "small",
          "big",
          "tt",
          "code",
          "dfn",
          "q",
          "samp",
          "kbd",
          "var",
          "cite",
          "acronym",
          "abbr",
          "ul",
          "ol",
          "li",
          "dl",
          "dt",
          "dd",
          "pre",
          "table",
          "caption",
          "colgroup",
          "col",
          "thead",
          "tr",
          "tfoot",
          "tbody",
          "th",
          "td",
          "img",
          "blockquote",
          "address",
          "hr",
          "ins",
          "del",
          "sub",
          "sup");
  private static final Set<String> ATTRIBUTES =
      Set.of(
          "title",
          "style",
          "class",
          "id",
          "lang",
          "dir",
          "accesskey",
          "tabindex",
          "span",
          "width",
          "align",
          "valign",
          "char",
          "charoff",
          "abbr",
          "axis",
          "headers",
          "scope",
          "rowspan",
          "colspan",
          "href",
          "hreflang",
          "type",
          "rel",
          "rev",
          "charset",
          "coords",
          "shape",
          "name",
          "src",
          "alt",
          "longdesc",
          "height",
          "cite",
          "datetime",
          "summary",
          "border",
          "frame",
          "rules",
          "cellspacing",
          "cellpadding",
          "space",
          "xml:lang",
          "nowrap",
          "start");

  private Xhtml() {}

  static boolean isNarrative(String text) {
    var factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    try {
      XMLStreamReader reader = factory.createXMLStreamReader(new StringReader(text));
      try {
        return isNarrative(reader);
      } finally {
        reader.close();
      }
    } catch (XMLStreamException notXml) {
      // Not well-formed is one of the ways not to be a narrative.
      return false;
    }
  }

  private static boolean isNarrative(XMLStreamReader reader) throws XMLStreamException {
    boolean root = true;
    boolean content = false;
    while (reader.hasNext()) {
      int event = reader.next();
      if (event == XMLStreamConstants.START_ELEMENT) {
        String name = reader.getLocalName();
        if (!NAMESPACE.equals(reader.getNamespaceURI())
            || !(root ? name.equals("div") : ELEMENTS.contains(name))) {
          return false;
        }
        root = false;
        content |= name.equals("img");
        for (int i = 0; i < reader.getAttributeCount(); i++) {
          String value = reader.getAttributeValue(i).strip();
          if (!ATTRIBUTES.contains(reader.getAttributeLocalName(i))
              || value.regionMatches(true, 0, "javascript:", 0, 11)) {
            return false;
          }
        }
      } else if (event == XMLStreamConstants.CHARACTERS || event == XMLStreamConstants.CDATA) {
        content |= !reader.getText().isBlank();
      } else if (event == XMLStreamConstants.DTD
          || event == XMLStreamConstants.PROCESSING_INSTRUCTION) {
        return false;
      }
    }
    return content;
  }
}
