import DeploymentEngine
import EngineRuntime
import SafeTexts

/// Reads the configuration file of a running engine again, because somebody asks for it or with a
/// signal.
struct ConfigurationReload: Sendable {
  /// What the engine was started with.
  let options: GlobalOptions
  let place: CommandEnvironment
  let context: CommandContext

  /// Why a file is not taken over; the lines quote it.
  struct Rejection: Error {
    var lines: [String]
    /// One sentence without quotations, for a person who may not read the file.
    var sentence: SafeText
  }

  /// The configuration that the file has now, and what must be said about it.
  ///
  /// - Parameter noticesRemovals: whether the removal of cached deployments needs consent, too.
  func read(
    _ consent: ReloadConsent, noticesRemovals: Bool
  ) throws(Rejection) -> (configuration: Configuration, path: String, remarks: [String]) {
    let new: CommandEnvironment
    do throws(CommandFailure) {
      new = try CommandEnvironment.findStrictly(options, context)
    } catch {
      throw Rejection(lines: error.lines, sentence: Self.sentence(error))
    }
    guard let settings = new.settings, let path = new.configurationPath else {
      let failure = CommandEnvironment.noConfiguration(context)
      throw Rejection(
        lines: failure.lines, sentence: "the engine finds no configuration file to read")
    }
    guard let stored = CommandEnvironment.storedState(place.storePath) else {
      // Without it, nobody knows what the file would remove.
      let sentence = "\(place.storePath) cannot be read now: try again"
      throw Rejection(lines: [sentence], sentence: SafeText(sentence))
    }
    let objections = new.objections(
      to: stored, consent, noticesRemovals: noticesRemovals, context)
    guard objections.isEmpty else {
      let more = objections.count > 1 ? "; and \(objections.count - 1) more like this" : ""
      throw Rejection(lines: objections, sentence: SafeText("\(objections[0])\(more)"))
    }
    var remarks: [String] = []
    if let removal = new.change(of: stored, context)?.removal {
      remarks.append(removal.replacing("it would remove", with: "it removes"))
    }
    if new.storePath != place.storePath {
      remarks.append(
        "it names the store \(new.storePath), but this engine stays on \(place.storePath)")
    } else if new.storeAccess != place.storeAccess {
      remarks.append("its `access` takes effect only at a start")
    }
    return (settings.configuration, path, remarks)
  }

  private static func sentence(_ failure: CommandFailure) -> SafeText {
    if failure.status != .configuration, let line = failure.lines.first {
      return SafeText(line.replacing("dashboard: ", with: ""))
    }
    let count = failure.lines.count
    return """
      the configuration has \(counted(count, "problem")): `dashboard check` lists \
      \(count == 1 ? "it" : "them")
      """
  }

  /// The answer to a request.
  func answer(_ consent: ReloadConsent) -> ReloadResult {
    do throws(Rejection) {
      let (configuration, path, remarks) = try read(consent, noticesRemovals: true)
      let note = (["read again from \(path)"] + remarks).joined(separator: "; ")
      return .configuration(configuration, note: SafeText(note))
    } catch {
      return .refused(error.sentence)
    }
  }
}
