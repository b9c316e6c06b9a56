package health.helan.foundation.gateway.cda;

import health.helan.foundation.gateway.Feed;
import health.helan.foundation.gateway.Finding;
import health.helan.foundation.gateway.Format;
import health.helan.foundation.gateway.mapping.Groups;
import health.helan.foundation.gateway.mapping.Identifiers;
import health.helan.foundation.gateway.mapping.Node;
import health.helan.foundation.store.Refusal;
import java.util.List;

/**
 * CDA release 2 in XML. The type is the family and the document's code: {@code CCDA^34133-9},
 * {@code WST500^C0002}, {@code CDA^…} for others.
 */
public final class Cda implements Format {
  public static final String NAME = "cda";

  /** Templates of C-CDA, and of CCD 1.0 and HITSP C32 before it. */
  private static final List<String> US =
      List.of(
          "2.16.840.1.113883.10.20.22.",
          "2.16.840.1.113883.10.20.1",
          "2.16.840.1.113883.10.20.3",
          "2.16.840.1.113883.3.88.11");

  /** Templates of the Chinese shared documents (from general knowledge). */
  private static final String CHINESE = "2.16.156.10011.";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Read read(byte[] bytes, Feed feed) {
    if (bytes.length == 0) {
      throw new Refusal(Refusal.Kind.STRUCTURE, "gateway.empty");
    }
    XmlNode root = XmlReader.read(bytes);
    if (!root.name.equals("ClinicalDocument")) {
      throw new Refusal(Refusal.Kind.STRUCTURE, "gateway.no-clinical-document");
    }
    return new Document(root, feed);
  }

  @Override
  public boolean isOne(byte[] bytes) {
    String head =
        new String(
            bytes, 0, Math.min(bytes.length, 4_000), java.nio.charset.StandardCharsets.ISO_8859_1);
    return head.replace("\0", "").contains("ClinicalDocument");
  }

  private record Document(XmlNode document, Feed feed) implements Read {
    @Override
    public String type() {
      String code = "";
      List<XmlNode> codes = document.children("code");
      if (!codes.isEmpty()) {
        code = codes.getFirst().attribute("code").replaceAll("[^A-Za-z0-9._-]", "");
      }
      return family() + "^" + code;
    }

    private String family() {
      for (XmlNode template : document.children("templateId")) {
        String oid = template.attribute("root");
        if (oid.startsWith(CHINESE)) {
          return "WST500";
        }
        if (US.stream().anyMatch(oid::startsWith)) {
          return "CCDA";
        }
      }
      return document.children("realmCode").stream()
              .anyMatch(realm -> realm.attribute("code").equals("CN"))
          ? "WST500"
          : "CDA";
    }

    /** {@code ClinicalDocument/id}: unique for a version of a document (CDA R2, 4.2.1.6). */
    @Override
    public String controlId() {
      List<? extends Node> ids = document.select("id/@ii");
      return ids.isEmpty() ? "" : ids.getFirst().text();
    }

    @Override
    public String patientKey() {
      // As the mappings look for the patient: a visit's number (…1.11, …1.12) names nobody.
      String own = "recordTarget/patientRole/";
      boolean isChinese = family().equals("WST500");
      for (String path :
          isChinese
              ? List.of(
                  own + "id[@root:2.16.156.10011.1.13,2.16.156.10011.1.2,2.16.156.10011.1.19]",
                  own + "patient/id",
                  own + "id")
              : List.of(own + "id", own + "patient/id")) {
        List<? extends Node> ids = document.select(path);
        if (!ids.isEmpty()) {
          return Identifiers.ofInstance(feed, ids.getFirst());
        }
      }
      return "";
    }

    @Override
    public String confidentiality() {
      List<? extends Node> codes = document.select("confidentialityCode/@code");
      String code = codes.isEmpty() ? "" : codes.getFirst().text();
      return code.equals("R") || code.equals("V") ? code : "";
    }

    @Override
    public List<Finding> findings() {
      return List.of();
    }

    @Override
    public Node root(Groups groups) {
      return document;
    }
  }
}
