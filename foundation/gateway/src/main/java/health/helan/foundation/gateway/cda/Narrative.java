package health.helan.foundation.gateway.cda;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A section's text as XHTML that FHIR allows (R4, narrative.html): the same words in the same
 * structure; links and pictures as words, styles and scripts not at all.
 */
final class Narrative {
  private static final Map<String, String> NAMES =
      Map.ofEntries(
          Map.entry("paragraph", "p"),
          Map.entry("item", "li"),
          Map.entry("content", "span"),
          Map.entry("linkHtml", "span"),
          Map.entry("footnote", "span"),
          Map.entry("footnoteRef", "span"),
          Map.entry("br", "br"),
          Map.entry("sub", "sub"),
          Map.entry("sup", "sup"),
          Map.entry("table", "table"),
          Map.entry("thead", "thead"),
          Map.entry("tbody", "tbody"),
          Map.entry("tfoot", "tfoot"),
          Map.entry("tr", "tr"),
          Map.entry("th", "th"),
          Map.entry("td", "td"),
          Map.entry("col", ""),
          Map.entry("colgroup", ""),
          Map.entry("renderMultiMedia", ""));

  /** Between these, blanks are no text. */
  private static final Set<String> STRUCTURE =
      Set.of("table", "thead", "tbody", "tfoot", "tr", "list");

  private Narrative() {}

  /** Null when there is nothing to read in it. */
  static @Nullable String of(XmlNode text) {
    if (text.whole().isEmpty()) {
      return null;
    }
    var out = new StringBuilder("<div xmlns=\"http://www.w3.org/1999/xhtml\">");
    inside(text, out);
    return out.append("</div>").toString();
  }

  private static void inside(XmlNode element, StringBuilder out) {
    for (Object each : element.content()) {
      if (each instanceof XmlNode child) {
        element(child, out);
      } else if (!STRUCTURE.contains(element.name) || !((String) each).isBlank()) {
        escape((String) each, out);
      }
    }
  }

  private static void element(XmlNode element, StringBuilder out) {
    String name =
        switch (element.name) {
          case "list" -> element.attribute("listType").equals("ordered") ? "ol" : "ul";
          case "caption" -> isIn(element, "table") ? "caption" : isIn(element, "list") ? "li" : "p";
          default -> NAMES.getOrDefault(element.name, "span");
        };
    switch (name) {
      case "" -> {
        // Widths of columns and pictures: nothing to read.
      }
      case "br" -> out.append("<br/>");
      default -> {
        out.append('<').append(name);
        for (String span : new String[] {"colspan", "rowspan"}) {
          String value = element.attribute(span);
          if (value.matches("\\d{1,3}")) {
            out.append(' ').append(span).append("=\"").append(value).append('"');
          }
        }
        out.append('>');
        inside(element, out);
        out.append("</").append(name).append('>');
      }
    }
  }

  private static boolean isIn(XmlNode element, String name) {
    XmlNode parent = element.parent();
    return parent != null && parent.name.equals(name);
  }

  private static void escape(String text, StringBuilder out) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '<' -> out.append("&lt;");
        case '>' -> out.append("&gt;");
        case '&' -> out.append("&amp;");
        default -> out.append(c);
      }
    }
  }
}
