package health.helan.foundation.definitions;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The definitions as {@code compiler.CompileDefinitions} wrote them in the build. */
final class CompiledR4 implements R4 {
  static final String RESOURCE = "r4.bin";

  /** Loads on first use: a class is initialised once, whatever the number of threads. */
  static final class Instance {
    static final CompiledR4 R4 = load();

    private Instance() {}
  }

  private final Map<String, TypeDef> types;
  private final Set<String> resourceTypes;
  private final Map<String, List<SearchParam>> parameters;
  private final Map<String, Map<String, List<String>>> compartments;
  private final Map<String, Map<String, List<String>>> codesBySystem;
  private final Map<String, Set<String>> codes = new ConcurrentHashMap<>();

  static CompiledR4 load() {
    try (var in = CompiledR4.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException(
            "The compiled FHIR definitions are missing: build helan-definitions with Maven, which"
                + " runs the compiler after javac.");
      }
      byte[] all = in.readAllBytes();
      return new CompiledR4(all);
    } catch (IOException e) {
      throw new UncheckedIOException("The compiled FHIR definitions cannot be read", e);
    }
  }

  private CompiledR4(byte[] all) throws IOException {
    var reader = new Reader(all);
    ElementDef[] elements = new ElementDef[reader.count()];
    for (int i = 0; i < elements.length; i++) {
      elements[i] =
          new ElementDef(
              reader.string(),
              reader.string(),
              reader.string(),
              reader.count(),
              reader.count(),
              reader.strings(),
              reader.stringOrNull(),
              reader.small() == 1);
    }
    types = readTypes(reader, elements);
    Set<String> concrete = new LinkedHashSet<>();
    types.values().stream()
        .filter(type -> type.kind() == Kind.RESOURCE && !type.isAbstract())
        .map(TypeDef::name)
        .sorted()
        .forEach(concrete::add);
    resourceTypes = Collections.unmodifiableSet(concrete);
    parameters = withInherited(readParameters(reader));
    compartments = new HashMap<>();
    for (int i = reader.count(); i > 0; i--) {
      compartments.put(reader.string(), reader.lists());
    }
    codesBySystem = new HashMap<>();
    for (int i = reader.count(); i > 0; i--) {
      codesBySystem.put(reader.string(), reader.lists());
    }
  }

  private static Map<String, TypeDef> readTypes(Reader reader, ElementDef[] elements) {
    int count = reader.count();
    Map<String, TypeDef> types = new HashMap<>(count * 2);
    for (int i = 0; i < count; i++) {
      String name = reader.string();
      Kind kind = Kind.values()[reader.small()];
      String base = reader.stringOrNull();
      boolean isAbstract = reader.small() == 1;
      String pattern = reader.stringOrNull();
      Map<String, ElementDef> own = new LinkedHashMap<>();
      for (int j = reader.count(); j > 0; j--) {
        ElementDef element = elements[reader.count()];
        own.put(element.json(), element);
      }
      types.put(
          name,
          new TypeDef(
              name,
              kind,
              base,
              isAbstract,
              Collections.unmodifiableMap(own),
              reader.lists(),
              pattern));
    }
    return types;
  }

  private static Map<String, List<SearchParam>> readParameters(Reader reader) {
    Map<String, List<SearchParam>> byBase = new HashMap<>();
    for (int i = reader.count(); i > 0; i--) {
      String base = reader.string();
      int count = reader.count();
      List<SearchParam> own = new ArrayList<>(count);
      for (int j = 0; j < count; j++) {
        String code = reader.string();
        String type = reader.string();
        String expression = reader.string();
        List<String> targets = reader.strings();
        List<SearchParam.Component> components = new ArrayList<>();
        for (int k = reader.count(); k > 0; k--) {
          components.add(
              new SearchParam.Component(reader.string(), reader.string(), reader.string()));
        }
        own.add(
            new SearchParam(
                base, code, type, expression, targets, List.copyOf(components), reader.string()));
      }
      byBase.put(base, own);
    }
    return byBase;
  }

  private Map<String, List<SearchParam>> withInherited(Map<String, List<SearchParam>> byBase) {
    Map<String, List<SearchParam>> all = new HashMap<>();
    for (String resourceType : resourceTypes) {
      List<SearchParam> list = new ArrayList<>();
      for (TypeDef type = types.get(resourceType);
          type != null;
          type = type.base() == null ? null : types.get(type.base())) {
        list.addAll(byBase.getOrDefault(type.name(), List.of()));
      }
      all.put(resourceType, List.copyOf(list));
    }
    return all;
  }

  @Override
  public Set<String> resourceTypes() {
    return resourceTypes;
  }

  @Override
  public @Nullable TypeDef type(String name) {
    return types.get(name);
  }

  @Override
  public List<SearchParam> searchParameters(String resourceType) {
    return parameters.getOrDefault(resourceType, List.of());
  }

  @Override
  public Map<String, List<String>> compartment(String owner) {
    return compartments.getOrDefault(owner, Map.of());
  }

  @Override
  public @Nullable Set<String> codes(String valueSetUrl) {
    Map<String, List<String>> bySystem = codesBySystem.get(valueSetUrl);
    if (bySystem == null) {
      return null;
    }
    return codes.computeIfAbsent(
        valueSetUrl,
        _ -> {
          Set<String> all = new HashSet<>();
          bySystem.forEach(
              (system, members) -> {
                for (String code : members) {
                  all.add(code);
                  all.add(system + "|" + code);
                }
              });
          return Collections.unmodifiableSet(all);
        });
  }

  /** The file: a table of strings, then numbers. */
  private static final class Reader {
    private final ByteBuffer rest;
    private final String[] table;

    Reader(byte[] all) throws IOException {
      var in = new java.io.ByteArrayInputStream(all);
      try (var data = new DataInputStream(in)) {
        table = new String[data.readInt()];
        for (int i = 0; i < table.length; i++) {
          table[i] = data.readUTF();
        }
        rest = ByteBuffer.wrap(all, all.length - in.available(), in.available());
      }
    }

    int count() {
      return rest.getInt();
    }

    int small() {
      return rest.get();
    }

    String string() {
      return table[rest.getInt()];
    }

    @Nullable String stringOrNull() {
      int number = rest.getInt();
      return number < 0 ? null : table[number];
    }

    List<String> strings() {
      String[] list = new String[count()];
      for (int i = 0; i < list.length; i++) {
        list[i] = string();
      }
      return List.of(list);
    }

    Map<String, List<String>> lists() {
      int count = count();
      if (count == 0) {
        return Map.of();
      }
      Map<String, List<String>> lists = new LinkedHashMap<>();
      for (int i = 0; i < count; i++) {
        String key = string();
        lists.put(key, strings());
      }
      return Collections.unmodifiableMap(lists);
    }
  }
}
