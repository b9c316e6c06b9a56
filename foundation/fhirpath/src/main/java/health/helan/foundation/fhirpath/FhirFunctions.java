package health.helan.foundation.fhirpath;

import static health.helan.foundation.fhirpath.Functions.add;
import static health.helan.foundation.fhirpath.Functions.addLight;
import static health.helan.foundation.fhirpath.Functions.orEmpty;
import static health.helan.foundation.fhirpath.Functions.string;
import static health.helan.foundation.fhirpath.Functions.systemNode;

import health.helan.foundation.fhirpath.Functions.Result;
import java.util.ArrayList;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** The functions that FHIR R4 adds. */
final class FhirFunctions {
  private FhirFunctions() {}

  static void register() {
    fhir();
  }

  private static void fhir() {
    addLight("extension", 1, 1, Result.EXTENSION, FhirFunctions::extension);
    addLight(
        "hasValue",
        0,
        0,
        Result.BOOLEAN,
        (_, _, in, _) ->
            Node.of(in.size() == 1 && in.get(0).isPrimitive() && in.get(0).hasValue()));
    addLight(
        "getValue",
        0,
        0,
        Result.OPEN,
        (_, _, in, _) ->
            in.size() == 1 && in.get(0).isPrimitive()
                ? orEmpty(systemNode(in.get(0)))
                : Many.EMPTY);
    add(
        "resolve",
        0,
        0,
        Result.OPEN,
        (env, _, in, _) -> {
          var out = new Many(in.size());
          for (int i = 0; i < in.size(); i++) {
            Node resolved = References.resolve(env, in.get(i));
            if (resolved != null) {
              out.add(resolved);
            }
          }
          return out.done();
        });
    add("memberOf", 1, 1, Result.BOOLEAN, FhirFunctions::memberOf);
    add("subsumes", 1, 1, Result.BOOLEAN, (e, f, in, a) -> subsumes(e, in, a[0].eval(e, f)));
    add("subsumedBy", 1, 1, Result.BOOLEAN, (e, f, in, a) -> subsumes(e, a[0].eval(e, f), in));
    add("conformsTo", 1, 1, Result.BOOLEAN, FhirFunctions::conformsTo);
    add("checkModifiers", 0, 20, Result.INPUT, FhirFunctions::checkModifiers);
    add(
        "htmlChecks",
        0,
        0,
        Result.BOOLEAN,
        (_, _, in, _) -> {
          Node item = Operators.single(in, "htmlChecks()");
          String text = item == null ? null : item.text();
          return text == null ? Many.EMPTY : Node.of(Xhtml.isNarrative(text));
        });
    refused("elementDefinition", 0, "which needs the profile in use; read it by other means");
    refused("slice", 2, "which needs a profile's slicing; filter with where() instead");
  }

  private static void refused(String name, int arguments, String why) {
    add(
        name,
        arguments,
        arguments,
        Result.OPEN,
        (_, _, _, _) -> {
          throw new FhirPathException(
              FhirPathException.Kind.SEMANTIC, name + "() is not offered here, " + why);
        });
  }

  private static Coll extension(Env env, Coll focus, Coll in, Expr[] args) {
    String url = string(args[0].eval(env, focus), "extension()");
    if (url == null) {
      return Many.EMPTY;
    }
    var out = new Many(0);
    for (int i = 0; i < in.size(); i++) {
      Node item = in.get(i);
      var member = item.type.member("extension");
      Coll extensions = member == null ? Many.EMPTY : item.children(member);
      for (int j = 0; j < extensions.size(); j++) {
        if (extensions.get(j).json() instanceof JsonNode json
            && json.get("url") instanceof JsonNode found
            && found.isString()
            && found.stringValue().equals(url)) {
          out.add(extensions.get(j));
        }
      }
    }
    return out.done();
  }

  private static Coll memberOf(Env env, Coll focus, Coll in, Expr[] args) {
    Node item = Operators.single(in, "memberOf()");
    String url = string(args[0].eval(env, focus), "memberOf()");
    if (item == null || url == null) {
      return Many.EMPTY;
    }
    var terminology = env.context.terminology();
    if (terminology != null) {
      Boolean member = terminology.memberOf(item, url);
      return member == null ? Many.EMPTY : Node.of(member.booleanValue());
    }
    int version = url.indexOf('|');
    var codes = TypeModel.r4().definitions().codes(version < 0 ? url : url.substring(0, version));
    if (codes == null) {
      throw FhirPathException.evaluation(
          "memberOf() needs a terminology for this value set, and none is set");
    }
    return Node.of(isCoded(item, codes));
  }

  private static boolean isCoded(Node item, Set<String> codes) {
    if (item.system() instanceof String code) {
      return codes.contains(code);
    }
    if (!(item.json() instanceof JsonNode json)) {
      return false;
    }
    if (json.get("coding") instanceof JsonNode codings) {
      for (JsonNode coding : codings) {
        if (isCoding(coding, codes)) {
          return true;
        }
      }
      return false;
    }
    return isCoding(json, codes);
  }

  private static boolean isCoding(JsonNode coding, Set<String> codes) {
    return coding.get("system") instanceof JsonNode system
        && coding.get("code") instanceof JsonNode code
        && codes.contains(system.asString() + "|" + code.asString());
  }

  private static Coll subsumes(Env env, Coll general, Coll special) {
    Node a = Operators.single(general, "subsumes()");
    Node b = Operators.single(special, "subsumes()");
    if (a == null || b == null) {
      return Many.EMPTY;
    }
    var terminology = env.context.terminology();
    if (terminology == null) {
      throw FhirPathException.evaluation("subsumes() needs a terminology, and none is set");
    }
    Boolean answer = terminology.subsumes(a, b);
    return answer == null ? Many.EMPTY : Node.of(answer.booleanValue());
  }

  private static Coll conformsTo(Env env, Coll focus, Coll in, Expr[] args) {
    Node item = Operators.single(in, "conformsTo()");
    String url = string(args[0].eval(env, focus), "conformsTo()");
    if (item == null || url == null) {
      return Many.EMPTY;
    }
    String base = "http://hl7.org/fhir/StructureDefinition/";
    TypeInfo type = url.startsWith(base) ? TypeModel.r4().type(url.substring(base.length())) : null;
    if (type != null) {
      return Node.of(item.type.isA(type));
    }
    var conformance = env.context.conformance();
    Boolean answer = conformance == null ? null : conformance.conformsTo(item, url);
    if (answer == null) {
      throw FhirPathException.evaluation("conformsTo() does not know this profile");
    }
    return Node.of(answer.booleanValue());
  }

  private static Coll checkModifiers(Env env, Coll focus, Coll in, Expr[] args) {
    var allowed = new ArrayList<String>();
    for (Expr arg : args) {
      String url = string(arg.eval(env, focus), "checkModifiers()");
      if (url != null) {
        allowed.add(url);
      }
    }
    for (int i = 0; i < in.size(); i++) {
      if (in.get(i).json() instanceof JsonNode json
          && json.get("modifierExtension") instanceof JsonNode extensions) {
        for (JsonNode extension : extensions) {
          JsonNode url = extension.get("url");
          if (url == null || !url.isString() || !allowed.contains(url.stringValue())) {
            throw FhirPathException.evaluation(
                "A " + in.get(i).typeName() + " carries a modifier extension that is not allowed");
          }
        }
      }
    }
    return in;
  }
}
