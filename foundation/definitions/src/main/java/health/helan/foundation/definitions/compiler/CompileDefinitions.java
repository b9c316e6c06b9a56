package health.helan.foundation.definitions.compiler;

import health.helan.foundation.definitions.R4.ElementDef;
import health.helan.foundation.definitions.R4.SearchParam;
import health.helan.foundation.definitions.R4.TypeDef;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.xml.stream.XMLStreamException;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code CompileDefinitions OUTPUT}: compiles HL7's R4 definitions from the class path into one
 * file, and the codes that few need into another beside it. Does nothing if the file is younger
 * than the compiler's own classes and the jar that holds the definitions.
 */
public final class CompileDefinitions {
  private static final String MODEL = "org/hl7/fhir/r4/model/";
  private static final String PROFILES = MODEL + "profile/profiles-";
  private static final String VALUE_SETS = MODEL + "valueset/";
  private static final String CODES = "r4-codes.bin";
  private static final String TERMINOLOGY = "r4-terminology.bin";
  private static final String SEARCH = MODEL + "sp/search-parameters.json";

  private final Types types = new Types();
  private final ValueSets valueSets = new ValueSets();
  private final Terminology terminology = new Terminology();
  private final Map<String, Map<String, List<String>>> compartments = new TreeMap<>();

  private final Strings strings = new Strings();
  private final Map<ElementDef, Integer> elements = new LinkedHashMap<>();

  private CompileDefinitions() {}

  /** See the class. */
  public static void main(String[] args)
      throws IOException, XMLStreamException, URISyntaxException {
    Path output = Path.of(args[0]);
    if (isCurrent(output)) {
      return;
    }
    Files.createDirectories(output.getParent());
    var compiler = new CompileDefinitions();
    compiler.read();
    write(output.resolveSibling(CODES), compiler::compileCodes);
    write(output.resolveSibling(TERMINOLOGY), compiler.terminology::write);
    write(output, compiler::compile);
  }

  /** What fills a file. */
  private interface Content {
    void write(DataOutputStream out) throws IOException;
  }

  private static void write(Path output, Content content) throws IOException {
    Path draft = output.resolveSibling(output.getFileName() + ".draft");
    try (var out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(draft)))) {
      content.write(out);
    }
    Files.move(draft, output, StandardCopyOption.REPLACE_EXISTING);
  }

  private static boolean isCurrent(Path output) throws IOException, URISyntaxException {
    if (!Files.exists(output)
        || !Files.exists(output.resolveSibling(CODES))
        || !Files.exists(output.resolveSibling(TERMINOLOGY))) {
      return false;
    }
    FileTime built = Files.getLastModifiedTime(output);
    String jar = resource(SEARCH).getPath();
    Path definitions = Path.of(new URI(jar.substring(0, jar.indexOf('!'))));
    Path classes =
        Path.of(
                CompileDefinitions.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI())
            .resolve("health/helan/foundation/definitions");
    try (Stream<Path> files = Files.walk(classes)) {
      for (Path file : Stream.concat(files, Stream.of(definitions)).toList()) {
        if (file.toString().matches(".*\\.(class|jar)")
            && Files.getLastModifiedTime(file).compareTo(built) > 0) {
          return false;
        }
      }
    }
    return true;
  }

  private static URL resource(String path) {
    URL url = CompileDefinitions.class.getClassLoader().getResource(path);
    if (url == null) {
      throw new IllegalStateException(
          path + " is not on the class path; is hapi-fhir-validation-resources-r4 a dependency?");
    }
    return url;
  }

  private static InputStream open(String path) throws IOException {
    return resource(path).openStream();
  }

  private void read() throws IOException, XMLStreamException {
    for (String path :
        List.of(
            PROFILES + "types.xml",
            PROFILES + "resources.xml",
            VALUE_SETS + "valuesets.xml",
            VALUE_SETS + "v3-codesystems.xml",
            VALUE_SETS + "v2-tables.xml")) {
      try (var in = open(path)) {
        Xml.resources(in, this::add);
      }
    }
  }

  /** Code systems with their hierarchies, and value sets: read on first use only. */
  private void compileCodes(DataOutputStream out) throws IOException {
    var table = new Strings();
    var body = new ByteArrayOutputStream();
    try (var bodyOut = new DataOutputStream(body)) {
      valueSets.write(bodyOut, table);
    }
    table.writeTable(out);
    body.writeTo(out);
  }

  private void compile(DataOutputStream out) throws IOException {
    Map<String, List<SearchParam>> parameters;
    try (var in = open(SEARCH)) {
      parameters = SearchParameters.compile(JsonMapper.shared().readTree(in), types);
    }
    Map<String, Map<String, Set<String>>> codes = codes();

    // Strings first: what follows refers to them by number.
    var body = new ByteArrayOutputStream();
    try (var bodyOut = new DataOutputStream(body)) {
      writeBody(bodyOut, parameters, codes);
    }
    strings.writeTable(out);
    body.writeTo(out);
    System.out.println(
        "R4: "
            + types.byName.size()
            + " types, "
            + elements.size()
            + " different elements, "
            + codes.size()
            + " value sets");
  }

  private void add(Xml resource) {
    switch (resource.name) {
      case "StructureDefinition" -> types.add(resource);
      case "CodeSystem", "ValueSet" -> {
        valueSets.add(resource);
        terminology.add(resource);
      }
      case "CompartmentDefinition" -> {
        Map<String, List<String>> members = new LinkedHashMap<>();
        for (Xml member : resource.all("resource")) {
          List<String> parameters = member.texts("param");
          if (!parameters.isEmpty()) {
            members.put(member.need("code"), parameters);
          }
        }
        compartments.put(resource.need("code"), members);
      }
      default -> {} // OperationDefinitions, CapabilityStatements
    }
  }

  private Map<String, Map<String, Set<String>>> codes() {
    Map<String, Map<String, Set<String>>> codes = new TreeMap<>();
    Set<String> open = new TreeSet<>();
    for (TypeDef type : types.byName.values()) {
      for (ElementDef element : type.elements().values()) {
        String url = element.requiredBinding();
        if (url != null && !codes.containsKey(url)) {
          Map<String, Set<String>> expansion = valueSets.expand(url);
          if (expansion == null) {
            open.add(url);
          } else {
            codes.put(url, expansion);
          }
        }
      }
    }
    System.out.println("R4: value sets that cannot be enumerated: " + open);
    return codes;
  }

  private void writeBody(
      DataOutputStream out,
      Map<String, List<SearchParam>> parameters,
      Map<String, Map<String, Set<String>>> codes)
      throws IOException {
    for (TypeDef type : types.byName.values()) {
      for (ElementDef element : type.elements().values()) {
        elements.putIfAbsent(element, elements.size());
      }
    }
    out.writeInt(elements.size());
    for (ElementDef element : elements.keySet()) {
      strings.string(out, element.json());
      strings.string(out, element.name());
      strings.string(out, element.type());
      out.writeInt(element.min());
      out.writeInt(element.max());
      strings.strings(out, element.targets());
      strings.string(out, element.requiredBinding());
      out.writeByte(element.isSummary() ? 1 : 0);
    }
    out.writeInt(types.byName.size());
    for (TypeDef type : types.byName.values()) {
      strings.string(out, type.name());
      out.writeByte(type.kind().ordinal());
      strings.string(out, type.base());
      out.writeBoolean(type.isAbstract());
      strings.string(out, type.pattern());
      out.writeInt(type.elements().size());
      for (ElementDef element : type.elements().values()) {
        out.writeInt(Objects.requireNonNull(elements.get(element)));
      }
      strings.lists(out, type.choices());
    }
    out.writeInt(parameters.size());
    for (var entry : parameters.entrySet()) {
      strings.string(out, entry.getKey());
      out.writeInt(entry.getValue().size());
      for (SearchParam parameter : entry.getValue()) {
        strings.string(out, parameter.code());
        strings.string(out, parameter.type());
        strings.string(out, parameter.expression());
        strings.strings(out, parameter.targets());
        out.writeInt(parameter.components().size());
        for (SearchParam.Component component : parameter.components()) {
          strings.string(out, component.code());
          strings.string(out, component.type());
          strings.string(out, component.expression());
        }
        strings.string(out, parameter.url());
      }
    }
    out.writeInt(compartments.size());
    for (var entry : compartments.entrySet()) {
      strings.string(out, entry.getKey());
      strings.lists(out, entry.getValue());
    }
    out.writeInt(codes.size());
    for (var entry : codes.entrySet()) {
      strings.string(out, entry.getKey());
      Map<String, List<String>> bySystem = new LinkedHashMap<>();
      entry.getValue().forEach((system, members) -> bySystem.put(system, new ArrayList<>(members)));
      strings.lists(out, bySystem);
    }
  }
}
