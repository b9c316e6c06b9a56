package health.helan.foundation.delivery.kept;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Who asked, kept for as long as the work takes: with what the token allowed when it asked. */
public final class KeptCaller {
  private KeptCaller() {}

  public static String text(Caller caller) {
    ObjectNode tree = Json.MAPPER.createObjectNode();
    tree.put("subject", caller.subject());
    tree.put("role", caller.role().name());
    tree.put("institution", caller.institution());
    tree.put("root", caller.isRoot());
    new TreeSet<>(caller.purposes()).forEach(tree.putArray("purposes")::add);
    Caller.Binding binding = caller.binding();
    tree.put("practitioner", binding.practitioner());
    new TreeSet<>(binding.teams()).forEach(tree.putArray("teams")::add);
    new TreeSet<>(binding.patients()).forEach(tree.putArray("patients")::add);
    new TreeSet<>(binding.scopes()).forEach(tree.putArray("scopes")::add);
    return tree.toString();
  }

  public static Caller parse(String text, String request) {
    JsonNode tree = Json.MAPPER.readTree(text);
    if (tree.path("root").asBoolean()) {
      return Caller.operator(request);
    }
    return new Caller(
        tree.path("subject").asString(),
        Caller.Role.valueOf(tree.path("role").asString()),
        tree.path("institution").asString(),
        set(tree, "purposes"),
        request,
        new Caller.Binding(
            tree.path("practitioner").asString(),
            set(tree, "teams"),
            set(tree, "patients"),
            set(tree, "scopes")));
  }

  private static java.util.Set<String> set(JsonNode tree, String name) {
    List<String> strings = new ArrayList<>();
    tree.path(name).forEach(one -> strings.add(one.asString()));
    return java.util.Set.copyOf(strings);
  }

  /** The same subject in the same role, for the same institution, with the same scopes. */
  public static boolean isSame(Caller kept, Caller now) {
    return kept.isRoot()
        ? now.isRoot()
        : !now.isRoot()
            && kept.subject().equals(now.subject())
            && kept.role() == now.role()
            && kept.institution().equals(now.institution())
            && kept.binding().scopes().equals(now.binding().scopes());
  }
}
