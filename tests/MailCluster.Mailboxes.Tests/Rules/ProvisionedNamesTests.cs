namespace MailCluster.Mailboxes.Tests.Rules;

/// <summary>Accounts share the names of the folders that configuration made for them.</summary>
public sealed class ProvisionedNamesTests
{
    [Fact]
    public void The_same_names_in_the_same_order_are_one_object()
    {
        var first = ProvisionedNames.Of(["Drafts", "Sent"]);
        Assert.Same(first, ProvisionedNames.Empty.Add("Drafts").Add("Sent"));
        Assert.Same(first, first.Add("Drafts"));
    }

    [Fact]
    public void Another_name_leaves_those_that_were_there_alone()
    {
        var sent = ProvisionedNames.Of(["Drafts", "Sent"]);
        var trash = ProvisionedNames.Of(["Drafts", "Trash"]);
        Assert.Equal(["Drafts", "Sent"], sent.Names);
        Assert.Equal(["Drafts", "Trash"], trash.Names);
        Assert.True(trash.Contains("Trash"));
        Assert.False(trash.Contains("Sent"));
        Assert.False(ProvisionedNames.Empty.Contains("Drafts"));
    }
}
