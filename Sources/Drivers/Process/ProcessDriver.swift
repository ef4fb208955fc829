import DeploymentInterface
import Glibc
import Posix
import SafeTexts

/// Makes process groups on this machine.
struct ProcessDriver: Driver {
  var name: String { "process" }
  var help: String { "Runs a command on this machine; L2 is the same, frozen." }
  var providerParameters: [Parameter] { [] }
  var serviceParameters: [Parameter] { ProcessPlan.parameters }

  func makeProvider(_ parameters: ParameterValues) throws(ParameterProblem) -> any Provider {
    _ = try ParameterReader(parameters, of: "a process provider", parameters: [])
    return ProcessProvider()
  }
}

struct ProcessProvider: Provider {
  func makeService(_ parameters: ParameterValues) throws(ParameterProblem) -> any Service {
    ProcessService(plan: try ProcessPlan(parameters))
  }

  func problem() async -> SafeText? {
    do throws(DeploymentFailure) {
      guard try readingProc(try Proc.stat(getpid())) != nil,
        try !readingProc(try Proc.bootID()).isEmpty
      else {
        return "/proc cannot be read, and processes cannot be recognised without it"
      }
    } catch {
      return error.reason
    }
    return nil
  }
}
