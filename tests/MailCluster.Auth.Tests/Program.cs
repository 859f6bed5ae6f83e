using System.Text;
using MailCluster.Auth.Drivers;
using MailCluster.Auth.Drivers.Passwd;
using MailCluster.Auth.PassDb;
using MailCluster.Auth.Passwords;
using MailCluster.Auth.UserDb;
using MailCluster.Auth.Users;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailCluster.Auth.Tests;

/// <summary>
/// The child process of <see cref="Drivers.SystemContractTests"/>: asks the driver for system users, one line a question, base64 words. It runs under
/// a library that shows it other users than the machine's.
/// </summary>
internal static class Program
{
    private static async Task Main()
    {
        var services = new ServiceCollection().AddLogging().AddMailClusterAuth(new AuthOptions { PasswdFile = "/nonexistent/users" });
        await using var provider = services.BuildServiceProvider();
        await using var databases = new Databases(
            [], provider.GetRequiredService<IUserDirectory>(), provider.GetRequiredService<PasswordHashing>(), TimeProvider.System, NullLoggerFactory.Instance);
        var options = new SystemOptions();
        var passwords = databases.PassDbs([new PassDbOptions { Database = options }])[0].Database;
        var users = databases.UserDbs([new UserDbOptions { Database = options }])[0].Database;
        while (await Console.In.ReadLineAsync() is { } line)
        {
            var words = line.Split(' ').Select(static word => Encoding.UTF8.GetString(Convert.FromBase64String(word))).ToArray();
            Console.WriteLine(words[0] switch
            {
                "list" => string.Join(' ', (await users.ListAsync(default).ToArrayAsync()).Order(StringComparer.Ordinal)),
                "find" => Show(await users.FindAsync(new UserDbQuery(words[1], "lmtp", new Dictionary<string, string>()), default)),
                "look" => Show(await passwords.LookupCredentialsAsync(Query(words[1]) with { IsVerified = words[2] == "verified" }, default)),
                _ => Show(await passwords.VerifyAsync(Query(words[1]), Encoding.UTF8.GetBytes(words[2]), default)),
            });
        }
    }

    private static PassDbQuery Query(string account) => AuthFixture.Query(account);

    private static string Show(PassDbResult result) => $"{result.Status}|{result.User?.Account}|{string.Join('|', result.Credentials)}";

    private static string Show(UserDbResult result) => $"{result.Status}|{result.User?.Account}|{result.User?.Fields.GetValueOrDefault("home")}";
}
