package health.helan.foundation.gateway.cda;

import health.helan.foundation.gateway.mapping.Node;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An element of a document for mappings. Paths: {@code participant/participantRole/code}, from the
 * document's element with a slash before it, {@code ..} for the parent, {@code >section} for all
 * below at any depth, {@code @code} for an attribute. In brackets, what an element has to have: a
 * template ({@code act[2.16.840.1.113883.10.20.22.4.30]}), a code ({@code section[code:48765-2]},
 * also one of its translations), an attribute ({@code id[@root:1.2.3]}); alternatives with a comma
 * between. An element that says nothing but that something is unknown (nullFlavor) is not there,
 * unless its {@code @nullFlavor} is asked for.
 *
 * <p>Made by us: {@code @ii} of an identifier (root and extension), {@code @base64}, {@code @sha1}
 * and {@code @size} of the document as it came.
 */
final class XmlNode implements Node {
  /** What all elements of a document know. */
  static final class Document {
    final byte[] bytes;
    final Map<String, XmlNode> ids = new HashMap<>();

    Document(byte[] bytes) {
      this.bytes = bytes;
    }
  }

  /** Deepest chain of references to texts. */
  private static final int MAX_REFERENCES = 3;

  private final Document document;
  private final @Nullable XmlNode parent;
  final String name;
  final Map<String, String> attributes;

  /** Elements, and texts between them. */
  private final List<Object> content = new ArrayList<>();

  XmlNode(
      Document document, @Nullable XmlNode parent, String name, Map<String, String> attributes) {
    this.document = document;
    this.parent = parent;
    this.name = name;
    this.attributes = attributes;
  }

  void add(XmlNode child) {
    content.add(child);
  }

  void addText(String text) {
    content.add(text);
  }

  List<Object> content() {
    return content;
  }

  String attribute(String attribute) {
    return attributes.getOrDefault(attribute, "");
  }

  @Override
  public @Nullable XmlNode parent() {
    return parent;
  }

  XmlNode root() {
    XmlNode at = this;
    while (at.parent != null) {
      at = at.parent;
    }
    return at;
  }

  // ------------------------------------------------------------------ paths

  @Override
  public List<? extends Node> select(String path) {
    XmlPath compiled = XmlPath.of(path);
    List<XmlNode> found = List.of(compiled.isAbsolute() ? root() : this);
    for (XmlPath.Step step : compiled.steps()) {
      var next = new ArrayList<XmlNode>();
      for (XmlNode node : found) {
        node.step(step, next);
      }
      found = next;
    }
    String attribute = compiled.attribute();
    if (attribute != null) {
      var values = new ArrayList<Node>();
      for (XmlNode node : found) {
        String value = node.valueOf(attribute);
        if (!value.isEmpty()) {
          values.add(new Value(node, attribute, value));
        }
      }
      return values;
    }
    return found.stream().filter(node -> !node.saysNothing()).toList();
  }

  private void step(XmlPath.Step step, List<XmlNode> into) {
    switch (step.axis()) {
      case PARENT -> {
        if (parent != null) {
          into.add(parent);
        }
      }
      case CHILD -> {
        for (Object each : content) {
          if (each instanceof XmlNode child && child.fits(step)) {
            into.add(child);
          }
        }
      }
      case BELOW -> {
        for (Object each : content) {
          if (each instanceof XmlNode child) {
            if (child.fits(step)) {
              into.add(child);
            }
            child.step(step, into);
          }
        }
      }
    }
  }

  private boolean fits(XmlPath.Step step) {
    if (!step.name().equals(name)) {
      return false;
    }
    for (XmlPath.Demand demand : step.demands()) {
      if (!fits(demand)) {
        return false;
      }
    }
    return true;
  }

  private boolean fits(XmlPath.Demand demand) {
    return switch (demand.kind()) {
      case TEMPLATE ->
          children("templateId").stream()
              .anyMatch(each -> demand.values().contains(each.attribute("root")));
      case CODE ->
          children("code").stream()
              .anyMatch(
                  code ->
                      demand.values().contains(code.attribute("code"))
                          || code.children("translation").stream()
                              .anyMatch(each -> demand.values().contains(each.attribute("code"))));
      case ATTRIBUTE -> demand.values().contains(attribute(demand.name()));
    };
  }

  List<XmlNode> children(String childName) {
    var found = new ArrayList<XmlNode>();
    for (Object each : content) {
      if (each instanceof XmlNode child && child.name.equals(childName)) {
        found.add(child);
      }
    }
    return found;
  }

  private String valueOf(String attribute) {
    return switch (attribute) {
      case "ii" -> attributes.containsKey("root") ? ii() : "";
      case "base64" -> Base64.getEncoder().encodeToString(document.bytes);
      case "sha1" -> sha1(document.bytes);
      case "size" -> Integer.toString(document.bytes.length);
      default -> attribute(attribute);
    };
  }

  private String ii() {
    String extension = attribute("extension");
    return extension.isEmpty() ? attribute("root") : attribute("root") + "^" + extension;
  }

  /** Attachment.hash is SHA-1 (FHIR R4, datatypes.html#attachment). */
  private static String sha1(byte[] bytes) {
    try {
      return Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-1").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A nullFlavor and nothing else. */
  private boolean saysNothing() {
    if (!attributes.containsKey("nullFlavor")) {
      return false;
    }
    for (String attribute : attributes.keySet()) {
      if (!attribute.equals("nullFlavor")
          && !attribute.equals("type")
          && !attribute.endsWith("Code")) {
        return false;
      }
    }
    return elements().isEmpty() && deepText(0).isEmpty();
  }

  private List<XmlNode> elements() {
    var found = new ArrayList<XmlNode>();
    for (Object each : content) {
      if (each instanceof XmlNode child) {
        found.add(child);
      }
    }
    return found;
  }

  // ------------------------------------------------------------------ texts

  /** The value it stands for: of an attribute that holds one, else its text. */
  @Override
  public String text() {
    for (String attribute : List.of("value", "extension", "code")) {
      String value = attribute(attribute);
      if (!value.isEmpty()) {
        return value;
      }
    }
    String text = deepText(0);
    return text.isEmpty() ? attribute("root") : text;
  }

  @Override
  public String whole() {
    return deepText(0);
  }

  /** All text in it; where it only refers to the narrative, the text there. */
  private String deepText(int references) {
    var text = new StringBuilder();
    collect(text, references);
    return text.toString().replaceAll("[\\s\\u00A0]+", " ").strip();
  }

  private void collect(StringBuilder text, int references) {
    for (Object each : content) {
      if (each instanceof XmlNode child) {
        if (child.name.equals("reference") && child.attribute("value").startsWith("#")) {
          XmlNode meant = document.ids.get(child.attribute("value").substring(1));
          if (meant != null && meant != this && references < MAX_REFERENCES) {
            text.append(' ').append(meant.deepText(references + 1)).append(' ');
          }
        } else {
          child.collect(text, references);
          text.append(' ');
        }
      } else {
        text.append(each);
      }
    }
  }

  @Override
  public @Nullable String narrative() {
    return Narrative.of(this);
  }

  @Override
  public Node part(int number) {
    return new Value(this, "", "");
  }

  @Override
  public String place() {
    if (parent == null) {
      return name;
    }
    XmlNode section = this;
    while (section != null && !section.name.equals("section")) {
      section = section.parent;
    }
    String code = "";
    if (section != null) {
      List<XmlNode> codes = section.children("code");
      code = codes.isEmpty() ? "" : codes.getFirst().attribute("code");
    }
    return (code.matches("[A-Za-z0-9.-]{1,20}") ? code + " " : "") + parent.name + "/" + name;
  }

  /** An attribute. */
  private record Value(XmlNode of, String attribute, String text) implements Node {
    @Override
    public List<? extends Node> select(String path) {
      return of.select(path);
    }

    @Override
    public Node part(int number) {
      return new Value(of, attribute, number == 1 ? text : "");
    }

    @Override
    public Node parent() {
      return of;
    }

    @Override
    public String place() {
      return of.place() + (attribute.isEmpty() ? "" : "/@" + attribute);
    }
  }
}
