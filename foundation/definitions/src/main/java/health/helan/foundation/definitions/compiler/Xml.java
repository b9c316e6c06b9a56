package health.helan.foundation.definitions.compiler;

import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import org.jspecify.annotations.Nullable;

/** An element of FHIR's XML: its name, its {@code value} or {@code url} attribute, its children. */
final class Xml {
  final String name;
  private final @Nullable String value;
  private final @Nullable String url;
  private final List<Xml> children = new ArrayList<>();

  private Xml(String name, @Nullable String value, @Nullable String url) {
    this.name = name;
    this.value = value;
    this.url = url;
  }

  /** Hands every resource of a Bundle to {@code sink}, one at a time; narratives are left out. */
  static void resources(InputStream bundle, Consumer<Xml> sink) throws XMLStreamException {
    XMLInputFactory factory = XMLInputFactory.newFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    var reader = factory.createXMLStreamReader(bundle, "UTF-8");
    Deque<Xml> open = new ArrayDeque<>();
    boolean inResource = false;
    while (reader.hasNext()) {
      int event = reader.next();
      if (event == XMLStreamConstants.START_ELEMENT) {
        String name = reader.getLocalName();
        if (!inResource) {
          inResource = name.equals("resource");
          continue;
        }
        if (name.equals("div")) {
          skip(reader);
          continue;
        }
        var element =
            new Xml(
                name,
                reader.getAttributeValue(null, "value"),
                reader.getAttributeValue(null, "url"));
        if (!open.isEmpty()) {
          open.getLast().children.add(element);
        }
        open.addLast(element);
      } else if (event == XMLStreamConstants.END_ELEMENT && inResource) {
        if (open.isEmpty()) {
          inResource = false; // </resource>; some entries of HAPI's bundles are empty
          continue;
        }
        Xml closed = open.removeLast();
        if (open.isEmpty()) {
          sink.accept(closed);
        }
      }
    }
    reader.close();
  }

  private static void skip(javax.xml.stream.XMLStreamReader reader) throws XMLStreamException {
    for (int depth = 1; depth > 0; ) {
      switch (reader.next()) {
        case XMLStreamConstants.START_ELEMENT -> depth++;
        case XMLStreamConstants.END_ELEMENT -> depth--;
        default -> {}
      }
    }
  }

  /** Children of that name, in order. */
  List<Xml> all(String child) {
    return children.stream().filter(c -> c.name.equals(child)).toList();
  }

  void children(Consumer<Xml> sink) {
    children.forEach(sink);
  }

  /** Whether it is a value and nothing else; what a primitive's extensions say is left out. */
  boolean isSimple() {
    return value != null;
  }

  @Nullable Xml first(String child) {
    for (Xml c : children) {
      if (c.name.equals(child)) {
        return c;
      }
    }
    return null;
  }

  /** The {@code value} attribute of the first such child; null if absent. */
  @Nullable String text(String child) {
    Xml found = first(child);
    return found == null ? null : found.value;
  }

  /** As {@link #text}, of a child that must be there. */
  String need(String child) {
    String text = text(child);
    if (text == null) {
      throw new IllegalStateException("<" + name + "> without <" + child + ">");
    }
    return text;
  }

  List<String> texts(String child) {
    return all(child).stream().map(Xml::value).toList();
  }

  String value() {
    if (value == null) {
      throw new IllegalStateException("<" + name + "> without value");
    }
    return value;
  }

  /** The value of an extension with this URL, whatever its type; null if absent. */
  @Nullable String extension(String extensionUrl) {
    for (Xml e : all("extension")) {
      if (extensionUrl.equals(e.url)) {
        for (Xml v : e.children) {
          if (v.name.startsWith("value")) {
            return v.value;
          }
        }
      }
    }
    return null;
  }
}
