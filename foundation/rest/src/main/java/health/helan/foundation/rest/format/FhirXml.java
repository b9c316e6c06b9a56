package health.helan.foundation.rest.format;

import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.Refusal.Kind;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import tools.jackson.databind.node.ObjectNode;

/**
 * Resources between FHIR R4 JSON trees and FHIR R4 XML (http://hl7.org/fhir/R4/xml.html), bundles
 * included.
 *
 * <p>What goes in comes out: decimals keep their digits, narratives every character of their
 * markup, primitives their ids and extensions, base64 its line breaks. What XML can say and JSON
 * cannot is dropped: comments and processing instructions outside of narratives, white space
 * between elements. As XML has but one line end, a carriage return before a line feed in a
 * narrative goes.
 *
 * <p>Own code on the R4 definitions: HAPI's parsers lay out narratives anew, drop white space in
 * base64 and refuse lists of primitives that have extensions alone; of HL7's 432 example resources
 * 117 do not come back equal. The tests hold both against each other.
 */
public final class FhirXml {
  static final String FHIR = "http://hl7.org/fhir";
  static final String XHTML = "http://www.w3.org/1999/xhtml";

  private static final char BYTE_ORDER_MARK = '\uFEFF';

  private FhirXml() {}

  /**
   * Reads one resource.
   *
   * @param xml in UTF-8, the only encoding that FHIR allows, with or without a byte order mark
   * @return a tree whose structure is that of R4; cardinality, bindings and the form of strings are
   *     left to validation
   * @throws Refusal INVALID where it is no well-formed XML (line and column are told), has a
   *     document type, which FHIR forbids, or another encoding; STRUCTURE where an element or
   *     attribute is unknown, repeated or empty; VALUE where a number or boolean is none; TOO_LONG
   *     where elements nest too deep
   */
  public static ObjectNode read(byte[] xml) {
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(xml)).toString();
    } catch (CharacterCodingException e) {
      throw new Refusal(Kind.INVALID, "format.not-utf-8");
    }
    if (!text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK) {
      text = text.substring(1);
    }
    return XmlReader.read(text);
  }

  /**
   * Writes one resource in UTF-8, with an XML declaration. The stream is flushed, not closed.
   *
   * @param pretty with line breaks and indentation
   * @throws Refusal NOT_ACCEPTABLE where the resource has something that R4's XML cannot say, such
   *     as an element that R4 does not define or a control character; nothing has been written then
   */
  public static void write(ObjectNode resource, boolean pretty, OutputStream out)
      throws IOException {
    var xml = XmlWriter.write(resource, pretty);
    var writer = new OutputStreamWriter(out, StandardCharsets.UTF_8);
    writer.append(xml);
    writer.flush();
  }
}
