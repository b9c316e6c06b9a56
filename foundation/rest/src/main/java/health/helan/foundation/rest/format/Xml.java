package health.helan.foundation.rest.format;

import com.ctc.wstx.api.WstxInputProperties;
import com.ctc.wstx.stax.WstxInputFactory;
import java.io.StringReader;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import org.codehaus.stax2.XMLInputFactory2;
import org.codehaus.stax2.XMLStreamReader2;

/** XML as the platform reads it: no document type is looked at, nothing outside is fetched. */
final class Xml {
  private static final WstxInputFactory FACTORY = factory();

  private Xml() {}

  private static WstxInputFactory factory() {
    var factory = new WstxInputFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    factory.setProperty(XMLInputFactory.IS_NAMESPACE_AWARE, true);
    // Values stand in attributes in FHIR; the largest is an attachment, bounded with the request.
    factory.setProperty(WstxInputProperties.P_MAX_ATTRIBUTE_SIZE, Integer.MAX_VALUE);
    factory.setProperty(WstxInputProperties.P_MAX_ATTRIBUTES_PER_ELEMENT, 50);
    // Faults shall come out of next(), as the exceptions that are caught there.
    factory.setProperty(XMLInputFactory2.P_LAZY_PARSING, false);
    factory.setXMLResolver(
        (_, _, _, _) -> {
          throw new XMLStreamException("No entity is resolved");
        });
    return factory;
  }

  static XMLStreamReader2 reader(String xml) throws XMLStreamException {
    return (XMLStreamReader2) FACTORY.createXMLStreamReader(new StringReader(xml));
  }

  /**
   * Appends text escaped for an attribute in double quotes or for content; line breaks and tabs
   * survive the normalization of attributes.
   *
   * @return false where XML 1.0 has no way to write a character
   */
  static boolean escape(String text, StringBuilder out) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '&' -> out.append("&amp;");
        case '<' -> out.append("&lt;");
        case '>' -> out.append("&gt;");
        case '"' -> out.append("&quot;");
        case '\t', '\n', '\r' -> out.append("&#").append((int) c).append(';');
        default -> {
          if (c >= ' ' && c < 0xD800 || c >= 0xE000 && c < 0xFFFE) {
            out.append(c);
          } else if (Character.isHighSurrogate(c)
              && i + 1 < text.length()
              && Character.isLowSurrogate(text.charAt(i + 1))) {
            out.append(c).append(text.charAt(++i));
          } else {
            return false;
          }
        }
      }
    }
    return true;
  }
}
