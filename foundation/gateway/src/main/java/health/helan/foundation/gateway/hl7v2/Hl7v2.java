package health.helan.foundation.gateway.hl7v2;

import health.helan.foundation.gateway.Feed;
import health.helan.foundation.gateway.Finding;
import health.helan.foundation.gateway.Format;
import health.helan.foundation.gateway.mapping.Groups;
import health.helan.foundation.gateway.mapping.Identifiers;
import health.helan.foundation.gateway.mapping.Node;
import health.helan.foundation.store.Refusal;
import java.util.ArrayList;
import java.util.List;

/** HL7 version 2 in ER7, versions 2.1 to 2.9. */
public final class Hl7v2 implements Format {
  public static final String NAME = "hl7v2";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Read read(byte[] bytes, Feed feed) {
    if (bytes.length == 0) {
      throw new Refusal(Refusal.Kind.STRUCTURE, "gateway.empty");
    }
    var findings = new ArrayList<Finding>();
    Charsets.Decoded decoded = Charsets.decode(bytes, feed.charset(), findings);
    Er7 message = Er7.parse(decoded.text());
    findings.addAll(message.findings());
    String version = message.value(message.header(), 12, 1);
    if (!version.isEmpty() && !version.matches("2(\\.[1-9]){0,2}")) {
      throw new Refusal(Refusal.Kind.NOT_SUPPORTED, "gateway.version");
    }
    String type = type(message);
    if (!type.matches("[A-Z][A-Z0-9]{2}\\^([A-Z][A-Z0-9]{2})?")) {
      throw new Refusal(Refusal.Kind.NOT_SUPPORTED, "gateway.no-type");
    }
    if (message.segments().stream().skip(1).anyMatch(each -> each.name().equals("MSH"))) {
      throw new Refusal(Refusal.Kind.STRUCTURE, "gateway.several-headers");
    }
    return new Message(message, feed, type, findings);
  }

  /** MSH-9; what it leaves out is taken from EVN-1, or from the structure in MSH-9.3. */
  private static String type(Er7 message) {
    Er7.Segment header = message.header();
    String code = message.value(header, 9, 1);
    String event = message.value(header, 9, 2);
    if (event.isEmpty() && code.length() == 7 && code.charAt(3) == '_') {
      event = code.substring(4);
      code = code.substring(0, 3);
    }
    if (event.isEmpty()) {
      event = message.value(message.first("EVN"), 1, 1);
    }
    if (event.isEmpty()) {
      String structure = message.value(header, 9, 3);
      event = structure.length() == 7 ? structure.substring(4) : "";
    }
    return code + "^" + event;
  }

  private static final class Message implements Read {
    private final Er7 message;
    private final Feed feed;
    private final String type;
    private final List<Finding> findings;

    Message(Er7 message, Feed feed, String type, List<Finding> findings) {
      this.message = message;
      this.feed = feed;
      this.type = type;
      this.findings = findings;
    }

    @Override
    public String type() {
      return type;
    }

    @Override
    public String controlId() {
      return message.value(message.header(), 10, 1);
    }

    @Override
    public String patientKey() {
      Node root = root(Groups.NONE);
      for (String path : new String[] {"PID-3", "PID-2", "PID-4", "PID-19"}) {
        String named = Identifiers.named(feed, Identifiers.preferred(root.select(path)));
        if (!named.isEmpty()) {
          return named;
        }
      }
      String masterFile = message.value(message.first("MFI"), 1, 1);
      return masterFile.isEmpty() ? "" : "MFI|" + masterFile;
    }

    @Override
    public List<Finding> findings() {
      return findings;
    }

    @Override
    public Node root(Groups groups) {
      return Hl7Node.root(message, groups);
    }
  }
}
