using System.Globalization;
using MailCluster.LoadGenerator.Measuring;
using MailCluster.LoadGenerator.Wire;

namespace MailCluster.LoadGenerator.Rows;

internal enum OpenForm
{
    Select,
    Status,
    List,
}

/// <summary>SELECT and STATUS of a very large folder, LIST of 5,000.</summary>
internal sealed class OpenRow(string name, double target, OpenForm form) : Row(name, RowUnit.CommandsPerSecond, target)
{
    private const int ListAccount = 1;

    private static readonly ManyFolders s_listed = new(Setup.Account(ListAccount), 5_000, 500);

    public override ManyFolders? ManyFolders => form == OpenForm.List ? s_listed : null;

    private static int FolderCount(Setup setup) => setup.Quick ? s_listed.QuickCount : s_listed.Count;

    public override void Prepare(Setup setup)
    {
        if (form != OpenForm.List)
        {
            Folders.MakeHundred(setup);
            return;
        }
        using var client = setup.Connect(Setup.Account(ListAccount));
        var have = client.Run("LIST \"\" \"parent*\"").Lists;
        for (var i = have; i < FolderCount(setup); i++)
        {
            client.Run(string.Create(CultureInfo.InvariantCulture, $"CREATE parent{i}"));
        }
    }

    public override Measurement Run(Setup setup) => setup.Drive(this).Run(1, _ =>
    {
        var client = setup.Connect(Setup.Account(form == OpenForm.List ? ListAccount : Folders.BigAccount));
        return new Client(client, clock => form switch
        {
            OpenForm.Select => Select(client, clock),
            OpenForm.Status => Status(client),
            _ => new Step(1, client.Run("LIST \"\" \"parent*\"").Lists),
        });
    });

    private static Step Select(ImapClient client, StepClock clock)
    {
        client.Run("SELECT INBOX");
        clock.Restart();
        return new Step(1, client.Run($"SELECT {Folders.Hundred}").Exists);
    }

    private static Step Status(ImapClient client)
    {
        client.Run($"STATUS {Folders.Hundred} (MESSAGES UNSEEN UIDNEXT UIDVALIDITY)");
        return new Step(1);
    }
}
