import DeploymentInterface
import Glibc
import Posix
import SafeTexts

/// Creates process groups on this machine.
struct ProcessDriver: Driver {
  var name: String { "process" }
  var help: String { "Runs a command on this machine; at L2 it is frozen." }
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
        return "cannot read /proc, which is needed to recognise processes"
      }
    } catch {
      return error.reason
    }
    return nil
  }
}
