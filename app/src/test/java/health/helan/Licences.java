package health.helan;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.SAXException;

/** Under which licences a library comes, by its POM in the local repository and those above it. */
final class Licences {
  /**
   * Licences that this platform may be built upon: permissive ones, and weak copyleft ones that
   * reach no further than the library's own files.
   */
  private static final Pattern ALLOWED =
      Pattern.compile(
          "apache|\\bmit\\b|mit[ -]|bsd|\\bisc\\b|0bsd|eclipse|\\bepl\\b|\\bedl\\b|mozilla|\\bmpl\\b"
              + "|public domain|cc0|unicode|bouncy castle|\\bupl\\b|universal permissive|go license"
              + "|\\bgplv?2?[ -]?(w/|with) ?(the )?(classpath|cpe)|classpath[ -]exception|\\bcddl\\b"
              + "|\\blgpl\\b|lesser general|postgresql|blueoak|zlib|\\bwtfpl\\b",
          Pattern.CASE_INSENSITIVE);

  private Licences() {}

  /** Whether one of the licences, among which the user may choose, is allowed. */
  static boolean isAllowed(List<String> licences) {
    return licences.stream().anyMatch(licence -> ALLOWED.matcher(licence).find());
  }

  /**
   * @param jar in a Maven repository, beside its POM
   * @return names and addresses; empty where none is stated
   */
  static List<String> of(Path jar) throws IOException {
    int names = jar.getNameCount();
    return ofPom(
        jar.resolveSibling(jar.getName(names - 3) + "-" + jar.getName(names - 2) + ".pom"), 0);
  }

  private static List<String> ofPom(Path pom, int depth) throws IOException {
    if (Files.notExists(pom) || depth > 10) {
      return List.of();
    }
    Element project = parse(pom);
    List<String> found = new ArrayList<>();
    Element licences = child(project, "licenses");
    if (licences != null) {
      for (Node node = licences.getFirstChild(); node != null; node = node.getNextSibling()) {
        if (node instanceof Element licence) {
          found.add(text(licence, "name") + " " + text(licence, "url"));
        }
      }
    }
    Element parent = child(project, "parent");
    if (!found.isEmpty() || parent == null) {
      return found;
    }
    String group = text(parent, "groupId");
    String name = text(parent, "artifactId");
    String version = text(parent, "version");
    return ofPom(
        repository(pom)
            .resolve(group.replace('.', '/'))
            .resolve(name)
            .resolve(version)
            .resolve(name + "-" + version + ".pom"),
        depth + 1);
  }

  private static Path repository(Path pom) {
    for (Path folder = pom.toAbsolutePath(); folder != null; folder = folder.getParent()) {
      if (folder.endsWith("repository")) {
        return folder;
      }
    }
    throw new AssertionError("not in a Maven repository: " + pom);
  }

  private static Element parse(Path pom) throws IOException {
    try {
      DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
      factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
      return factory.newDocumentBuilder().parse(pom.toFile()).getDocumentElement();
    } catch (ParserConfigurationException | SAXException unreadable) {
      throw new IOException(pom.toString(), unreadable);
    }
  }

  private static @Nullable Element child(Element element, String name) {
    for (Node node = element.getFirstChild(); node != null; node = node.getNextSibling()) {
      if (node instanceof Element child && child.getNodeName().equals(name)) {
        return child;
      }
    }
    return null;
  }

  private static String text(Element element, String name) {
    Element child = child(element, name);
    return child == null ? "" : child.getTextContent().strip();
  }
}
