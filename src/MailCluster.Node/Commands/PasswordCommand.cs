using System.Text;
using MailCluster.Auth;
using MailCluster.Auth.Passwords;

namespace MailCluster.Node.Commands;

/// <summary>
/// <c>mailcluster pw</c>, which <c>mailctl pw</c> runs after it has asked for the password: makes a stored password, or tries one. The password comes on standard
/// input, where no list of processes shows it.
/// </summary>
internal static class PasswordCommand
{
    public static int Run(CommandLine commandLine, TextReader input, TextWriter output, TextWriter errors)
    {
        try
        {
            var workshop = new PasswordWorkshop(new AuthOptions());
            if (commandLine.Has("--list"))
            {
                foreach (var name in workshop.Schemes) output.WriteLine(name == workshop.DefaultScheme ? $"{name} (default)" : name);
                return ExitCodes.Success;
            }
            if (input.ReadLine() is not { Length: > 0 } line)
            {
                errors.WriteLine("mailcluster: there is no password on standard input");
                return ExitCodes.Usage;
            }
            var password = Encoding.UTF8.GetBytes(line);
            var user = commandLine.Value("--user");
            if (commandLine.Value("--test") is { } stored)
            {
                var matches = workshop.Verify(stored, user, password);
                output.WriteLine($"{stored} {(matches ? "(verified)" : "(does not match)")}");
                Warn(workshop, stored, errors);
                return matches ? ExitCodes.Success : ExitCodes.Failure;
            }
            var made = workshop.Make(commandLine.Value("--scheme"), user, password);
            output.WriteLine(made);
            Warn(workshop, made, errors);
            return ExitCodes.Success;
        }
        catch (PasswordSchemeException error)
        {
            errors.WriteLine($"mailcluster: {error.Message}");
            return ExitCodes.Usage;
        }
    }

    private static void Warn(PasswordWorkshop workshop, string stored, TextWriter errors)
    {
        if (workshop.IsWeak(stored)) errors.WriteLine("mailcluster: weak; a node refuses it unless auth.allow-weak-schemes is on");
    }
}
