using System.Runtime.CompilerServices;
using MailCluster.ManageSieve.Commands;
using MailCluster.ManageSieve.Session;
using MailCluster.ManageSieve.Tests.Support;

namespace MailCluster.ManageSieve.Tests.Session;

/// <summary>The table of commands against RFC 5804 §2 and against docs/managesieve.md.</summary>
public sealed class CommandTableTests
{
    /// <summary>Those that are allowed before login, and those that are after it (RFC 5804 §4, command-any, -auth, -nonauth).</summary>
    private static readonly string[] s_before = ["AUTHENTICATE", "CAPABILITY", "LOGOUT", "NOOP", "STARTTLS"];
    private static readonly string[] s_after =
    [
        "CAPABILITY", "CHECKSCRIPT", "DELETESCRIPT", "GETSCRIPT", "HAVESPACE", "LISTSCRIPTS", "LOGOUT", "NOOP", "PUTSCRIPT", "RENAMESCRIPT", "SETACTIVE",
        "UNAUTHENTICATE",
    ];

    public static TheoryData<string> Names => [.. CommandTable.All.Select(command => command.Name)];

    [Fact]
    public void Every_command_is_allowed_where_the_grammar_has_it()
    {
        Assert.Equal(s_before, Allowed(SessionState.NotAuthenticated));
        Assert.Equal(s_after, Allowed(SessionState.Authenticated));
    }

    [Fact]
    public void Optional_parameters_come_last() => Assert.All(
        CommandTable.All, command => Assert.Equal(command.Parameters.OrderBy(parameter => parameter.IsOptional), command.Parameters.AsEnumerable()));

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_command_in_the_wrong_state_is_refused_whatever_its_arguments_are(string name)
    {
        await using var fixture = await ManageSieveFixture.StartAsync();
        if (!s_before.Contains(name))
        {
            var client = fixture.Connect();
            await ManageSieveFixture.ReadAnswerAsync(client);
            await client.SendAsync($"{name} \"a\" {{6+}}\r\nNOOP\r\n\r\n");
            Assert.Equal("NO \"Log in first\"", await client.ReadLineAsync());
        }

        if (!s_after.Contains(name))
        {
            var client = await fixture.LogInAsync();
            await client.SendAsync($"{name} \"a\" {{6+}}\r\nNOOP\r\n\r\n");
            Assert.Equal("NO \"You are logged in\"", await client.ReadLineAsync());
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_documentation_names_it(string name) => Assert.Contains(name, Documentation(), StringComparison.Ordinal);

    private static IEnumerable<string> Allowed(SessionState state) =>
        CommandTable.All.Where(command => (command.Allowed & state) != 0).Select(command => command.Name).Order(StringComparer.Ordinal);

    private static string Documentation([CallerFilePath] string here = "") =>
        File.ReadAllText(Path.Combine(Path.GetDirectoryName(here)!, "../../../docs/managesieve.md"));
}
